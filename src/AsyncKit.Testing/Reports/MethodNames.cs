using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>Names of running code that a reader of the source knows, made from those the compiler gives.</summary>
internal static class MethodNames
{
    private static readonly ConcurrentDictionary<Type, string> _names = new();

    /// <summary>The name of the work behind a callback that was posted to a context.</summary>
    public static string OfContinuation(SendOrPostCallback callback, object? state) =>
        state is Action action ? OfAction(action) : state is Task task ? OfTask(task) : Of(callback.Method);

    /// <summary>The name of the work with a number of <see cref="WorkOrder"/>.</summary>
    public static string OfWork(int id) =>
        RuntimeTasks.TryFind(id, out Task? task) ? OfTask(task) : "work on a pool thread";

    /// <summary>The name of the method or the operation that a task stands for.</summary>
    public static string OfTask(Task task) =>
        RuntimeTasks.StateMachineType(task) is { } machine ? Of(machine)
        : RuntimeTasks.Work(task) is { } work ? Of(work.Method)
        : AwaitedNames.Of(task);

    /// <summary>The method, with its type, as <c>Type.Method</c>.</summary>
    public static string Of(MethodBase method)
    {
        Type? type = method.DeclaringType;
        if (type is null) return method.Name;

        // A method of a state machine, or of a closure: the name of what it was written in.
        if (typeof(IAsyncStateMachine).IsAssignableFrom(type)) return Of(type);
        string name = Written(method.Name);
        while (type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && type.DeclaringType is { } outer)
            type = outer;
        return $"{WithoutArity(type.Name)}.{name}";
    }

    /// <summary>The async method that a state machine was made from.</summary>
    public static string Of(Type stateMachine) => _names.GetOrAdd(stateMachine, static machine =>
    {
        Type? type = machine.DeclaringType;
        while (type?.DeclaringType is { } outer && type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false))
            type = outer;
        string name = Written(machine.Name);
        return type is null ? name : $"{WithoutArity(type.Name)}.{name}";
    });

    // <SendAsync>d__7: an async method. <Run>b__3_0: a lambda in Run. <Run>g__Send|3_1: the local function Send. The
    // state machine of a lambda or a local function has its name in one pair of angle brackets more, and so on
    // inwards.
    private static string Written(string generated)
    {
        int local = generated.LastIndexOf("g__", StringComparison.Ordinal);
        if (local >= 0) return generated[(local + 3)..].Split('|')[0];
        int lambda = generated.LastIndexOf(">b__", StringComparison.Ordinal);
        if (lambda >= 0) return $"lambda in {Innermost(generated[..lambda])}";
        return generated.Contains('<', StringComparison.Ordinal) ? Innermost(generated) : WithoutArity(generated);
    }

    private static string Innermost(string generated) => generated.Split('<')[^1].Split('>')[0];

    private static string WithoutArity(string name)
    {
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }

    private static string OfAction(Action action) =>
        RuntimeTasks.TryFindContinued(action, out Task? task) ? OfTask(task) : Of(action.Method);
}
