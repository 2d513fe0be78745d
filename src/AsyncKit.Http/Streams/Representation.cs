using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>What an answer has part of: a version of a resource, told from others by a strong validator.</summary>
/// <remarks>
/// RFC 9110, sections 8.8 and 13.1.5. A weak ETag, or a date, does not tell two versions apart that came within a
/// second: they are no grounds to put bytes of one behind bytes of another.
/// </remarks>
/// <param name="Validator">The strong ETag; <see langword="null"/> when there is none.</param>
/// <param name="Length">How many bytes it has; <see langword="null"/> when it is not known.</param>
/// <param name="HasRanges">Whether the server gives parts of it.</param>
/// <param name="IsPlain">Whether its bytes are those that come out: they are not compressed.</param>
internal sealed record Representation(EntityTagHeaderValue? Validator, long? Length, bool HasRanges, bool IsPlain)
{
    /// <summary>Whether its rest can be asked for.</summary>
    public bool CanContinue => Validator is not null && HasRanges;

    public static Representation Of(HttpResponseMessage response)
    {
        // What is compressed on the way has other bytes than those that come out.
        bool isPlain = response.Content.Headers.ContentEncoding.Count is 0;
        bool isPart = response.StatusCode is HttpStatusCode.PartialContent;
        HttpContentHeaders headers = response.Content.Headers;
        return new Representation(
            response.Headers.ETag is { IsWeak: false } tag ? tag : null,
            isPlain ? (isPart ? headers.ContentRange?.Length : headers.ContentLength) : null,
            isPlain && (isPart || response.Headers.AcceptRanges.Contains("bytes")),
            isPlain);
    }

    /// <summary>Whether an answer has the same from a position on.</summary>
    public bool IsContinuedBy(HttpResponseMessage response, long position) =>
        response.StatusCode is HttpStatusCode.PartialContent
        && response.Content.Headers
            is { ContentRange: { HasRange: true, Unit: "bytes" } range, ContentEncoding.Count: 0 }
        && range.From == position
        && (Length is null || range.Length is null || range.Length == Length)
        && (response.Headers.ETag is null || response.Headers.ETag.Equals(Validator));
}
