using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AsyncKit.Http;

/// <summary>
/// What is known of a part of a file: of which version it is, and how much of it is certainly on the disk.
/// </summary>
internal sealed record PartRecord
{
    /// <summary>The SHA-256 of the address. The address itself may hold secrets.</summary>
    public required string Source { get; init; }

    /// <summary>The strong ETag of the version; without one nobody can go on with it.</summary>
    public string? ETag { get; init; }

    /// <summary>How many bytes the whole has, where that is known.</summary>
    public long? Length { get; init; }

    /// <summary>How many bytes are on the disk. Never more than there are.</summary>
    public long Saved { get; init; }

    /// <summary>The digests of the whole, as the server sent them.</summary>
    public string? Digests { get; init; }

    /// <summary>The validator to go on with.</summary>
    public EntityTagHeaderValue? Validator =>
        ETag is not null && EntityTagHeaderValue.TryParse(ETag, out EntityTagHeaderValue? tag) && !tag.IsWeak
            ? tag
            : null;

    public static string SourceOf(Uri uri) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(uri.AbsoluteUri)));

    /// <summary>Reads a record; none when it is torn, or nobody's.</summary>
    public static PartRecord? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, PartRecordContext.Default.PartRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a part of that address is there whose rest may be asked for.</summary>
    public bool IsBeginningOf(string source) =>
        Saved > 0 && Validator is not null && string.Equals(Source, source, StringComparison.Ordinal);

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PartRecordContext.Default.PartRecord);
}
