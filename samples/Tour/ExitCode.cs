namespace Tour;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>All that can be had was harvested.</summary>
    public const int Complete = 0;

    /// <summary>Something is missing that should be there.</summary>
    public const int Incomplete = 1;

    /// <summary>The arguments cannot be used.</summary>
    public const int BadArguments = 2;

    /// <summary>A signal ended the harvest early; the number is the shell's for Ctrl+C.</summary>
    public const int Interrupted = 130;
}
