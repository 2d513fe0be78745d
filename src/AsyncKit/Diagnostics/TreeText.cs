using System.Globalization;
using System.Text;

namespace AsyncKit.Diagnostics;

/// <summary>Writes a snapshot for people.</summary>
internal static class TreeText
{
    public static string Format(TaskSnapshot snapshot)
    {
        var text = new StringBuilder();
        foreach (TaskNode task in snapshot.Tasks) Append(text, task, parent: null, depth: 0);
        foreach (TaskWait wait in snapshot.OtherWaits) AppendLine(text, depth: 0, $"{wait} ({Seconds(wait.Age)})");
        if (snapshot.OmittedCount > 0) AppendLine(text, depth: 0, $"and {snapshot.OmittedCount} more");
        foreach (IReadOnlyList<TaskWait> cycle in snapshot.Cycles)
            AppendLine(text, depth: 0, $"Cycle: {string.Join("; ", cycle)}");
        return text.ToString();
    }

    /// <summary>What is waited for, how, and who holds it.</summary>
    public static string Describe(TaskWait wait)
    {
        // The call, where it says more than that somebody waits for this.
        bool isPlain = string.Equals(wait.Name, wait.Waiter, StringComparison.Ordinal)
            || wait.Name.EndsWith($" for {wait.Resource}", StringComparison.Ordinal);
        string call = isPlain ? "" : $" in {WithoutEnd(wait.Name, $" of {wait.Resource}")}";
        string holders = wait.HeldBy is [] ? "" : $", held by {string.Join(" and ", wait.HeldBy)}";
        return $"{wait.Resource}{call}{holders}";
    }

    private static void Append(StringBuilder text, TaskNode task, string? parent, int depth)
    {
        // A child says what it is a part of; below its parent that is known.
        string name = parent is null ? task.Name : WithoutEnd(task.Name, $" of {parent}");
        AppendLine(text, depth, $"{name}: {task.State} ({Seconds(task.Age)})");
        foreach (TaskWait wait in task.WaitsFor)
            AppendLine(text, depth + 1, $"waits for {Describe(wait)} ({Seconds(wait.Age)})");
        foreach (TaskHold hold in task.Holds)
            AppendLine(text, depth + 1, $"holds {hold.Resource} ({Seconds(hold.Age)})");
        foreach (TaskNode child in task.Children) Append(text, child, task.Name, depth + 1);
        if (task.OmittedCount > 0) AppendLine(text, depth + 1, $"and {task.OmittedCount} more");
    }

    private static string WithoutEnd(string text, string end) =>
        text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length] : text;

    private static void AppendLine(StringBuilder text, int depth, string line)
    {
        if (text.Length > 0) text.Append('\n');
        text.Append(' ', 2 * depth).Append(line);
    }

    private static string Seconds(TimeSpan age) =>
        string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0.###} s");
}
