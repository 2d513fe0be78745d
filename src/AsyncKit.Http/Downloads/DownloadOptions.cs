using AsyncKit.IO;

namespace AsyncKit.Http;

/// <summary>How a file is downloaded.</summary>
public sealed record DownloadOptions
{
    /// <summary>
    /// Whether the file may take the place of another; <see langword="true"/> by default. Otherwise a target that
    /// exists is an <see cref="IOException"/>: before anything is asked for, or at the end when it came meanwhile.
    /// </summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>
    /// Whether a download that fails or is cancelled leaves what it has for the next call to go on with;
    /// <see langword="true"/> by default. What nobody could go on with is not kept.
    /// </summary>
    public bool KeepPartial { get; init; } = true;

    /// <summary>The largest file, in bytes: from 1, or <see langword="null"/> for no limit, the default.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// The SHA-256 that the file must have, as 64 hexadecimal digits; <see langword="null"/>, the default, when nobody
    /// knows it.
    /// </summary>
    public string? Sha256 { get; init; }

    /// <summary>
    /// Whether the digests that the server sends are compared with what came: <c>Repr-Digest</c> and
    /// <c>Content-Digest</c> of RFC 9530, with sha-256 or sha-512. <see langword="true"/> by default.
    /// </summary>
    public bool VerifyDigests { get; init; } = true;

    /// <summary>
    /// What is flushed to the disk; by default the content and the name. With <see cref="FileDurability.None"/> a
    /// download goes on rightly after the process was killed, but perhaps not after a power failure.
    /// </summary>
    public FileDurability Durability { get; init; } = FileDurability.FileAndFolder;

    internal static DownloadOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? violation = this switch
        {
            { MaxBytes: < 1 } => $"{nameof(MaxBytes)} must be at least 1, but was {MaxBytes}.",
            { Sha256: { } hash } when hash.Length is not 64 || !hash.All(char.IsAsciiHexDigit) =>
                $"{nameof(Sha256)} must be 64 hexadecimal digits, but was '{hash}'.",
            { Durability: < FileDurability.None or > FileDurability.FileAndFolder } =>
                $"{nameof(Durability)} must be None, File or FileAndFolder, but was {Durability}.",
            _ => null,
        };
        if (violation is not null) throw new ArgumentException(violation, parameter);
    }
}
