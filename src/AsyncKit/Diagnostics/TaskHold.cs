namespace AsyncKit.Diagnostics;

/// <summary>Something that is held.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record TaskHold
{
    internal TaskHold()
    {
    }

    /// <summary>What is held, such as <c>AsyncLock "orders"</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>For how long.</summary>
    public required TimeSpan Age { get; init; }
}
