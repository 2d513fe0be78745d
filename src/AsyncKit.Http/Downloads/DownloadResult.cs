namespace AsyncKit.Http;

/// <summary>A file that was downloaded.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record DownloadResult
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>How many bytes it has.</summary>
    public required long Length { get; init; }

    /// <summary>The SHA-256 of what was written, as 64 hexadecimal digits in lower case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The ETag of the version, as the server wrote it; <see langword="null"/> when it named none.</summary>
    public string? ETag { get; init; }

    /// <summary>How many bytes were there from an earlier call, and were not fetched again.</summary>
    public required long ResumedFrom { get; init; }

    /// <summary>Whether it went on where an earlier call had ended.</summary>
    public bool WasResumed => ResumedFrom > 0;

    /// <summary>Every attempt of this call, in order.</summary>
    public required IReadOnlyList<FetchAttempt> Attempts { get; init; }
}
