using System.CommandLine;

namespace Downloader;

/// <summary>Reads the command line.</summary>
internal static class DownloaderCommand
{
    public static Task<int> InvokeAsync(
        string[] arguments, Func<Uri?, string, string?, CancellationToken, Task<int>> run)
    {
        var url = new Argument<Uri?>("URL")
        {
            Description = "What to download. Without it, 32 MiB of an embedded server that keeps breaking off.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var path = new Argument<string?>("PATH")
        {
            Description = "The file, or a folder. Default: the temporary folder.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verify = new Option<string?>("--verify")
        {
            Description = "The SHA-256 that the file must have.",
            HelpName = "SHA256",
        };
        var command = new RootCommand(
            "Downloads a file, and goes on where an earlier run ended. Ctrl+C ends it early; run it again to go on. "
            + "Exit codes: 0 when the file is there, 1 when not, 130 when ended early.")
        {
            url, path, verify,
        };
        command.SetAction((parsed, token) => run(
            parsed.GetValue(url), parsed.GetValue(path) ?? Path.GetTempPath(), parsed.GetValue(verify), token));
        return command.Parse(arguments).InvokeAsync();
    }
}
