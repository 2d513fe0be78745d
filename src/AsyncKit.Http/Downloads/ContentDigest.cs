using System.Security.Cryptography;

namespace AsyncKit.Http;

/// <summary>A digest that content must have: of RFC 9530, or of the caller.</summary>
/// <param name="Header">Who says so.</param>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Value">The digest.</param>
internal sealed record ContentDigest(string Header, HashAlgorithmName Algorithm, byte[] Value)
{
    /// <summary>Reads a header: the strongest digest that is known here, or none.</summary>
    /// <remarks>
    /// A dictionary of RFC 8941 whose values are byte sequences: <c>sha-256=:base64:, sha-512=:base64:</c>. What is not
    /// understood is passed over, as the RFC asks of unknown algorithms: the header is a help, not a duty.
    /// </remarks>
    public static ContentDigest? Read(string header, string? value) => value?.Split(',')
        .Select(member => ReadMember(header, member.Trim()))
        .OfType<ContentDigest>()
        .OrderByDescending(digest => digest.Value.Length)
        .FirstOrDefault();

    private static ContentDigest? ReadMember(string header, string member)
    {
        int equals = member.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) return null;
        (HashAlgorithmName algorithm, int length) = member[..equals] switch
        {
            "sha-256" => (HashAlgorithmName.SHA256, SHA256.HashSizeInBytes),
            "sha-512" => (HashAlgorithmName.SHA512, SHA512.HashSizeInBytes),
            _ => default,
        };

        // Parameters, which nobody has defined, may follow the value.
        string text = member[(equals + 1)..].Split(';')[0].Trim();
        if (length is 0 || text is not [':', .. var base64, ':']) return null;
        var bytes = new byte[length];
        return Convert.TryFromBase64String(base64, bytes, out int written) && written == length
            ? new ContentDigest(header, algorithm, bytes)
            : null;
    }
}
