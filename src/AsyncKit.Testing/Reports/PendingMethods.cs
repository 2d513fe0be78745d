using System.Globalization;
using System.Reflection;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>Lists the async methods of a run that have not ended, and what each of them awaits.</summary>
internal static class PendingMethods
{
    private const BindingFlags Fields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
    private const int MaxListed = 50;

    /// <summary>Those of a run, or of one strand of it.</summary>
    public static IReadOnlyList<string> Of(Scheduler scheduler, Strand? only = null)
    {
        List<string> lines = [];
        foreach ((Task task, Type type, Strand strand) in Find(scheduler))
        {
            if (only is not null && strand != only) continue;
            if (type.Assembly == typeof(PendingMethods).Assembly) continue;
            if (lines.Count == MaxListed) return [.. lines, "..."];
            lines.Add(Describe(task, type, strand));
        }

        return lines;
    }

    /// <summary>Lets go of those of a run that is over: the runtime's list would keep them and all they
    /// hold.</summary>
    public static void Forget(Scheduler scheduler) =>
        RuntimeTasks.Forget(Find(scheduler).Select(static found => found.Task).ToHashSet());

    private static IEnumerable<(Task Task, Type Type, Strand Strand)> Find(Scheduler scheduler)
    {
        foreach (Task task in RuntimeTasks.Active())
        {
            if (task.IsCompleted || RuntimeTasks.StateMachineType(task) is not { } type) continue;
            if (RuntimeTasks.Context(task) is not { } context) continue;
            if (Gate.StrandOf(context) is not { } strand || strand.Scheduler != scheduler) continue;
            yield return (task, type, strand);
        }
    }

    /// <summary>The number of the await that an async method waits at, from 1; <see langword="null"/>: it waits at
    /// none.</summary>
    public static int? AwaitOf(Task method) => RuntimeTasks.StateMachine(method) is { } machine
        && machine.GetType().Assembly != typeof(PendingMethods).Assembly
        && machine.GetType().GetField("<>1__state", Fields)?.GetValue(machine) is int state and >= 0
            ? state + 1
            : null;

    private static string Describe(Task task, Type type, Strand strand)
    {
        var line = new StringBuilder($"{strand.Name}: {MethodNames.Of(type)}");
        if (RuntimeTasks.StateMachine(task) is not { } machine) return line.ToString();
        AppendArguments(line, machine, type);
        if (AwaitOf(task) is { } number) line.Append(CultureInfo.InvariantCulture, $" at await {number}");
        if (Awaited(machine, type) is { } awaited) line.Append(", awaits ").Append(AwaitedNames.Of(awaited));
        return line.ToString();
    }

    private static object? Awaited(object machine, Type type)
    {
        foreach (FieldInfo field in type.GetFields(Fields))
        {
            if (!field.Name.StartsWith("<>u__", StringComparison.Ordinal)) continue;
            if (field.GetValue(machine) is { } awaiter && AwaitedNames.Behind(awaiter) is { } awaited) return awaited;
        }

        return null;
    }

    // Only values that say something on one line: the fields of a state machine are its parameters and locals.
    private static void AppendArguments(StringBuilder line, object machine, Type type)
    {
        List<string> arguments = [];
        foreach (FieldInfo field in type.GetFields(Fields))
        {
            if (field.Name.StartsWith('<')) continue;
            object? value = field.GetValue(machine);
            if (value is string text) arguments.Add($"{field.Name} = \"{(text.Length > 40 ? text[..40] : text)}\"");
            else if (value is not null && (field.FieldType.IsPrimitive || value is Enum or TimeSpan))
                arguments.Add($"{field.Name} = {value}");
        }

        if (arguments.Count > 0) line.Append('(').AppendJoin(", ", arguments).Append(')');
    }
}
