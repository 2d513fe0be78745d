using System.Diagnostics;

namespace AsyncKit.Tests;

/// <summary>The program that tests start as a process of its own: its first argument is what it does.</summary>
internal static class ChildProgram
{
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "AsyncKit.Tests.Child.dll");

    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;

    /// <summary>The next line that it prints; <see langword="null"/>: it has ended.</summary>
    public static Task<string?> ReadLineAsync(Process child) =>
        child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
}
