using System.Reflection;

namespace AsyncKit.Tests.Conventions;

/// <summary>A call of a public method with valid arguments and a token that is cancelled already.</summary>
/// <param name="Method">What is called, its type arguments filled in.</param>
internal sealed record CancelledCall(MethodInfo Method)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <summary>The method, with its parameters.</summary>
    public string Place => PublicCall.PlaceOf(Method);

    /// <summary>The method, without its parameters.</summary>
    public string Name => PublicCall.NameOf(Method);

    /// <summary>Every method of the public surface of an assembly that takes a token and returns a task.</summary>
    public static IEnumerable<CancelledCall> AllOf(Assembly assembly) =>
        from method in PublicCall.AllOf(assembly).OfType<MethodInfo>()
        where method.GetParameters().Any(IsToken) && IsTask(method.ReturnType)
        select new CancelledCall(method);

    /// <summary>Makes the call, on an instance of its own.</summary>
    /// <returns>What is wrong with the answer, or <see langword="null"/> when it is a cancelled task.</returns>
    public async Task<string?> MakeAsync()
    {
        object? target = null;
        try
        {
            target = Method.IsStatic ? null : ValidValues.Of(Method.DeclaringType!);
            Task task = CallAsync(target);
            await task.WaitAsync(_limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            string? fault = task.Exception?.InnerException?.Message;
            return task.IsCanceled ? null : $"the task is {task.Status}{(fault is null ? "" : ": ")}{fault}";
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
        catch (Exception e)
        {
            return $"the call threw {e.GetType().Name}: {e.Message}";
        }
        finally
        {
            if (target is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else (target as IDisposable)?.Dispose();
        }
    }

    private Task CallAsync(object? target)
    {
        object?[] arguments =
        [
            .. from parameter in Method.GetParameters()
               select IsToken(parameter) ? new CancellationToken(canceled: true) : ValidValues.Of(parameter),
        ];
        object returned =
            Method.Invoke(target, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null)!;
        return returned switch
        {
            Task task => task,
            ValueTask task => task.AsTask(),
            _ => (Task)returned.GetType().GetMethod(nameof(ValueTask.AsTask))!.Invoke(returned, null)!,
        };
    }

    private static bool IsToken(ParameterInfo parameter) => parameter.ParameterType == typeof(CancellationToken);

    private static bool IsTask(Type type) => type.IsAssignableTo(typeof(Task)) || type == typeof(ValueTask)
        || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>));
}
