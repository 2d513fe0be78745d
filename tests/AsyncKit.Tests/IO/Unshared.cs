using System.ComponentModel;
using System.Diagnostics;

namespace AsyncKit.Tests.IO;

/// <summary>A process in Linux namespaces of its own: it may mount there, or may no more than any user. Tests are
/// skipped where the machine does not let them have one.</summary>
internal static class Unshared
{
    /// <summary>Its root: it may mount what only it sees.</summary>
    public static string[] WithMounts { get; } = ["--user", "--map-root-user", "--mount"];

    /// <summary>Its user keeps what it owns, and is bound by modes also when it is root outside.</summary>
    public static string[] WithoutPrivileges { get; } = ["--user"];

    /// <summary>Runs a script of the shell, which has the child program as <c>$child</c> and the argument as
    /// <c>$1</c>.</summary>
    /// <returns>The lines it printed.</returns>
    public static async Task<string[]> RunAsync(string[] spaces, string script, string argument)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && await MayAsync(spaces), "It needs namespaces of Linux.");
        (int exitCode, string output) = await RunAsync([.. spaces, "sh", "-e", "-c", script, "sh", argument]);
        Assert.True(exitCode is 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<bool> MayAsync(string[] spaces)
    {
        try
        {
            return (await RunAsync([.. spaces, "true"])).ExitCode is 0;
        }
        catch (Win32Exception)
        {
            // There is no such program.
            return false;
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("unshare", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["child"] = ChildProgram.Assembly;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
