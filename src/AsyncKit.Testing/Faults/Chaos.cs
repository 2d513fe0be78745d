using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>Lets calls through an interface go wrong, by choice of the schedule, where a test is explored.</summary>
/// <remarks>
/// <para>In <see cref="AsyncTest.ExploreAsync"/> and the calls like it, each call may fail before or after its effect,
/// take long, hang, or be made twice: see <see cref="ChaosKinds"/>. What happens is decided at the call, and is a part
/// of the schedule: it is shrunk and replayed with it, and the report names it. Faults count for
/// <see cref="AsyncTest.FailEverywhereAsync"/>, which lets each of them happen once.</para>
/// <para>Everywhere else calls are passed on, and nothing more: in <see cref="AsyncTest.RunAsync(Func{TestEnv, Task},
/// AsyncTestOptions?, CancellationToken)"/>, outside of a test, and when the test has ended.</para>
/// <para><b>Methods.</b> All of the interface and of those it extends, also generic ones and those with <c>ref</c> and
/// <c>out</c> parameters. A method that returns a <see cref="Task"/> or a <see cref="ValueTask"/>, with or without a
/// value, fails by its task, others at the call. An <see cref="IAsyncEnumerable{T}"/> fails, or waits, before its first
/// element, or fails after its last. Properties, events and disposal are left alone.</para>
/// <para><b>Exceptions</b> of the object inside come through as they are.</para>
/// </remarks>
public static class Chaos
{
    /// <summary>Puts chaos around an object.</summary>
    /// <remarks>To have one kind for some methods and another for others, put one around the other.</remarks>
    /// <typeparam name="T">The interface.</typeparam>
    /// <param name="inner">The object that does the work.</param>
    /// <param name="plan">What may happen; the defaults when <see langword="null"/>.</param>
    /// <returns>An object that implements <typeparamref name="T"/> and passes its calls on. It is as thread-safe as the
    /// one inside.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="inner"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not an interface, or has a method that takes or
    /// returns a ref struct or returns a reference.</exception>
    public static T Around<T>(T inner, ChaosPlan? plan = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (!typeof(T).IsInterface)
        {
            throw new ArgumentException(
                $"T must be an interface, as only calls through one can be intercepted, but was {typeof(T)}.",
                nameof(inner));
        }

        if (Methods(typeof(T)).FirstOrDefault(IsOutOfReach) is { } method)
        {
            throw new ArgumentException(
                "Methods that take or return a ref struct, or return a reference, cannot be intercepted, but "
                    + $"{method.DeclaringType!.Name}.{method.Name} does.",
                nameof(inner));
        }

        return ChaosProxy.Around(inner, plan ?? new ChaosPlan());
    }

    private static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetInterfaces().Prepend(type).SelectMany(static part => part.GetMethods()).Where(static m => !m.IsStatic);

    private static bool IsOutOfReach(MethodInfo method) =>
        method.ReturnType.IsByRef || method.GetParameters()
            .Select(static parameter => parameter.ParameterType)
            .Append(method.ReturnType)
            .Any(static type => type.IsByRefLike || type is { IsByRef: true } && type.GetElementType()!.IsByRefLike);
}
