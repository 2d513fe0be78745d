using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>Where a download comes from: asks for the whole or the rest, and says what it was given.</summary>
/// <remarks>Used by one flow of control at a time.</remarks>
internal sealed class DownloadSource(FetchEngine engine, FetchRequest request) : IDisposable
{
    // When all is there already, that is the answer to the question for the rest.
    private static readonly BodyReading _rest =
        BodyReading.StreamedOr(static status => status is HttpStatusCode.RequestedRangeNotSatisfiable);

    // A range of a compressed representation is no range of the file.
    private readonly FetchRequest _request = request.AsItIs();
    private readonly List<FetchAttempt> _earlier = [];

    /// <summary>The address, as a record names it.</summary>
    public string Name { get; } = PartRecord.SourceOf(request.Uri);

    /// <summary>The latest answer; none when nothing was asked for yet.</summary>
    public ContinuedBody? Body { get; private set; }

    /// <summary>Every attempt so far, in order.</summary>
    public FetchAttempt[] Attempts =>
        [.. _earlier.Concat(Body?.History.Attempts ?? []).Select((attempt, i) => attempt with { Number = i + 1 })];

    /// <summary>Asks for the whole.</summary>
    /// <exception cref="FetchException">It is not to be had.</exception>
    public async Task<ContinuedBody> AskAsync(CancellationToken cancellationToken)
    {
        ContinuedBody body = await OpenAsync(_request, BodyReading.Streamed, cancellationToken).ConfigureAwait(false);
        return body.Response.StatusCode is HttpStatusCode.PartialContent
            ? throw body.FailMismatch("the server answers the request for the whole with a part")
            : body;
    }

    /// <summary>Asks for what follows a part.</summary>
    /// <returns>Whether that is what was given. Otherwise the answer is the whole: the version has changed, or the
    /// server does not give parts, or not in a way that can be trusted.</returns>
    /// <exception cref="FetchException">It is not to be had.</exception>
    public async Task<bool> AskForRestAsync(PartRecord part, CancellationToken cancellationToken)
    {
        FetchRequest rest = _request.From(part.Saved, part.Validator!);
        ContinuedBody body = await OpenAsync(rest, _rest, cancellationToken).ConfigureAwait(false);
        if (IsRest(body, part) || IsAllThere(body.Response, part)) return true;
        if (body.Response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
            await AskAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    public void Dispose() => Body?.Dispose();

    // Stricter than the continuation of a stream: days may lie between the part and its rest, and a server that does
    // not name the version again may just as well have passed over If-Range.
    private static bool IsRest(ContinuedBody body, PartRecord part)
    {
        ContentRangeHeaderValue? range = body.Response.Content.Headers.ContentRange;
        long? length = part.Length ?? range?.Length;
        return body.Representation is { IsPlain: true } rest
            && rest.IsContinuedBy(body.Response, part.Saved)
            && Equals(rest.Validator, part.Validator)
            && length is not null && range!.To == length - 1 && (range.Length ?? length) == length;
    }

    private static bool IsAllThere(HttpResponseMessage response, PartRecord part)
    {
        EntityTagHeaderValue? tag = response.Headers.ETag;
        bool isOtherVersion = tag is not null && !tag.Equals(part.Validator);
        return response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable
            && response.Content.Headers.ContentRange is { HasRange: false, Unit: "bytes" } range
            && range.Length == part.Saved
            && !isOtherVersion
            && (part.Length is null ? tag is not null : part.Length == part.Saved);
    }

    private async Task<ContinuedBody> OpenAsync(
        FetchRequest wanted, BodyReading reading, CancellationToken cancellationToken)
    {
        _earlier.AddRange(Body?.History.Attempts ?? []);
        Body?.Dispose();
        Body = null;
        return Body = await ContinuedBody.OpenAsync(engine, wanted, reading, cancellationToken).ConfigureAwait(false);
    }
}
