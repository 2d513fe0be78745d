using System.Diagnostics;

namespace AsyncKit.Tests.IO;

/// <summary>A process that works on a file until it is killed.</summary>
internal static class KilledChild
{
    /// <summary>Starts it, and kills it when it has printed so many lines.</summary>
    /// <returns>What it printed before it died. Of a last line that is torn it cannot be said which one it
    /// was.</returns>
    public static async Task<string[]> RunAsync(string command, string path, int afterLines)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process child = ChildProgram.Start(command, path);
        var lines = new List<string>();
        while (lines.Count < afterLines && await ChildProgram.ReadLineAsync(child) is { } line) lines.Add(line);
        child.Kill();
        string rest = await child.StandardOutput.ReadToEndAsync(cancellationToken);
        await child.WaitForExitAsync(cancellationToken);
        return [.. lines, .. rest.Split('\n')[..^1]];
    }
}
