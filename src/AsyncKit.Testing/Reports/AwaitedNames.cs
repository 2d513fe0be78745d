using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>Names for what a method awaits, in the words of the code that awaits it.</summary>
internal static class AwaitedNames
{
    private const BindingFlags Fields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;

    public static string Of(object awaited)
    {
        Type type = awaited.GetType();
        if (awaited is Task task && RuntimeTasks.StateMachineType(task) is { } machine) return MethodNames.Of(machine);
        string? owner = type.DeclaringType?.Name;
        return (owner, type.Name) switch
        {
            ("Task", "DelayPromise" or "DelayPromiseWithCancellation") => NameDelay(awaited),
            ("Task", var promise) when promise.StartsWith("WhenAll", StringComparison.Ordinal) => "Task.WhenAll",
            ("TaskFactory", "CompleteOnInvokePromise") => "Task.WhenAny",
            ("Task", var promise) when promise.StartsWith("CancellationPromise", StringComparison.Ordinal) =>
                "Task.WaitAsync",
            ("SemaphoreSlim", _) => "SemaphoreSlim.WaitAsync",
            ("PeriodicTimer", _) => "PeriodicTimer.WaitForNextTickAsync",
            (null, "Task`1" or "Task") => awaited is Task { Id: var id } && RuntimeTasks.Work((Task)awaited) is { } work
                ? MethodNames.Of(work.Method)
                : "a task that nothing has completed",
            (null, var name) => WithoutArity(name),
            _ => $"{WithoutArity(owner)}.{WithoutArity(type.Name)}",
        };
    }

    /// <summary>The task, or the source of a value task, that an awaiter waits for.</summary>
    public static object? Behind(object awaiter, int depth = 0)
    {
        foreach (FieldInfo field in awaiter.GetType().GetFields(Fields))
        {
            object? value = field.GetValue(awaiter);
            if (value is Task) return value;
            if (value is null or ValueType { } && !IsAwaiterPart(field.FieldType)) continue;
            if (value is not ValueType) return value;
            if (depth < 3 && Behind(value, depth + 1) is { } behind) return behind;
        }

        return null;
    }

    private static bool IsAwaiterPart(Type type) =>
        type is { IsValueType: true, IsPrimitive: false, IsEnum: false }
        && type.Namespace?.StartsWith("System", StringComparison.Ordinal) is true;

    /// <summary>Whether a task is a delay that waits for real time.</summary>
    public static bool IsRealDelay(object delay)
    {
        Type? type = delay.GetType();
        while (type is not null and not { Name: "DelayPromise" }) type = type.BaseType;
        return type?.GetField("_timer", Fields)?.GetValue(delay) is not null and not ManualTimer;
    }

    private static string NameDelay(object delay) =>
        IsRealDelay(delay) ? "Task.Delay in real time: pass it a TimeProvider" : "Task.Delay";

    private static string WithoutArity(string name)
    {
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }
}
