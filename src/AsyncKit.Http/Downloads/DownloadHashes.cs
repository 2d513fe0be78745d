using System.Security.Cryptography;

namespace AsyncKit.Http;

/// <summary>Hashes content while it is written, and compares the hashes with those that were promised.</summary>
/// <remarks>Used by one flow of control at a time.</remarks>
internal sealed class DownloadHashes : IDisposable
{
    private readonly List<(ContentDigest Digest, IncrementalHash Hash)> _promises = [];

    /// <summary>The hash of the whole file.</summary>
    public IncrementalHash Sha256 { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Expects a digest of what is added from now on.</summary>
    /// <returns>The hash, for who has to add first what was there before.</returns>
    public IncrementalHash Expect(ContentDigest digest)
    {
        var hash = IncrementalHash.CreateHash(digest.Algorithm);
        _promises.Add((digest, hash));
        return hash;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Sha256.AppendData(bytes);
        foreach ((_, IncrementalHash hash) in _promises) hash.AppendData(bytes);
    }

    /// <summary>Compares.</summary>
    /// <returns>What is wrong, in words; <see langword="null"/> when nothing is.</returns>
    public string? FindMismatch()
    {
        foreach ((ContentDigest digest, IncrementalHash hash) in _promises)
        {
            byte[] actual = hash.GetCurrentHash();
            if (actual.AsSpan().SequenceEqual(digest.Value)) continue;
            return $"its {digest.Algorithm} is {Convert.ToHexStringLower(actual)}, and not "
                + $"{Convert.ToHexStringLower(digest.Value)} as {digest.Header} says";
        }

        return null;
    }

    public void Dispose()
    {
        Sha256.Dispose();
        foreach ((_, IncrementalHash hash) in _promises) hash.Dispose();
    }
}
