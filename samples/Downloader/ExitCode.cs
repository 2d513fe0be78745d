namespace Downloader;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>The file is there, as it should be.</summary>
    public const int Complete = 0;

    /// <summary>It could not be fetched, or is another than was promised.</summary>
    public const int Failed = 1;

    /// <summary>A signal ended it early; the number is the shell's for Ctrl+C.</summary>
    public const int Interrupted = 130;
}
