using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>A call that an interface was asked for.</summary>
/// <param name="inner">The object that does the work.</param>
/// <param name="method">The method.</param>
/// <param name="arguments">Its arguments; those by reference get what the call gives.</param>
internal sealed class InterfaceCall(object inner, MethodInfo method, object?[] arguments)
{
    public MethodInfo Method => method;

    public string Name => $"{method.DeclaringType!.Name}.{method.Name}";

    /// <summary>The first token that can be cancelled.</summary>
    public CancellationToken Token
    {
        get
        {
            foreach (object? argument in arguments)
            {
                if (argument is CancellationToken { CanBeCanceled: true } token) return token;
            }

            return default;
        }
    }

    public object? Make() => Make(arguments);

    /// <summary>Makes it with arguments of its own, so that the next has those it was asked with.</summary>
    public object? MakeBefore() => Make([.. arguments]);

    private object? Make(object?[] with) =>
        method.Invoke(inner, BindingFlags.DoNotWrapExceptions, binder: null, with, culture: null);
}
