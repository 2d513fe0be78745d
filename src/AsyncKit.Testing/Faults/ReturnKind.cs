using System.Collections.Concurrent;
using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>How a method gives its result, and so how a call of it can go wrong.</summary>
internal abstract class ReturnKind
{
    private static readonly ConcurrentDictionary<Type, ReturnKind> _known = new();

    /// <summary>How a method does that returns a type.</summary>
    public static ReturnKind Of(Type type) => _known.GetOrAdd(type, static type => New(type));

    /// <summary>What can happen to a call.</summary>
    public abstract ChaosKinds Possible(InterfaceCall call);

    /// <summary>Makes the call, and lets it happen.</summary>
    /// <returns>What the method returns.</returns>
    public abstract object? Make(InterfaceCall call, Mishap mishap);

    protected static ChaosKinds Hanging(InterfaceCall call) =>
        call.Token.CanBeCanceled ? ChaosKinds.HangUntilCancelled : ChaosKinds.None;

    private static ReturnKind New(Type type)
    {
        if (type == typeof(Task))
        {
            return new AwaitedReturn<bool>(
                static task => CompletedAsync((Task)task!), static result => result);
        }

        if (type == typeof(ValueTask))
        {
            return new AwaitedReturn<bool>(
                static task => CompletedAsync(((ValueTask)task!).AsTask()), static result => new ValueTask(result));
        }

        if (!type.IsGenericType) return new PlainReturn();
        Type definition = type.GetGenericTypeDefinition();
        return definition == typeof(Task<>) ? Make(nameof(OfTask))
            : definition == typeof(ValueTask<>) ? Make(nameof(OfValueTask))
            : definition == typeof(IAsyncEnumerable<>) ? Make(nameof(OfStream))
            : new PlainReturn();

        ReturnKind Make(string method) => (ReturnKind)typeof(ReturnKind)
            .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type.GetGenericArguments())
            .Invoke(obj: null, parameters: null)!;
    }

    private static AwaitedReturn<T> OfTask<T>() => new(static task => (Task<T>)task!, static result => result);

    private static AwaitedReturn<T> OfValueTask<T>() =>
        new(static task => ((ValueTask<T>)task!).AsTask(), static result => new ValueTask<T>(result));

    private static StreamReturn<T> OfStream<T>() => new();

    private static async Task<bool> CompletedAsync(Task task)
    {
        await task.ConfigureAwait(true);
        return true;
    }
}
