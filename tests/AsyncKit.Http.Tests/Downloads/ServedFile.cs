using System.Net;
using System.Net.Http.Headers;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>A file as a server has it, that can change, break off, and be given in every wrong way.</summary>
internal sealed class ServedFile(byte[] content)
{
    public byte[] Content { get; set; } = content;

    public string? ETag { get; set; } = "\"one\"";

    public bool HasRanges { get; set; } = true;

    public bool TellsLength { get; set; } = true;

    /// <summary>After how many bytes the next body breaks off; then the file is gone.</summary>
    public int? BreaksAfter { get; set; }

    public bool IsGone { get; set; }

    /// <summary>Takes the place of breaking off: what a read does when so many bytes have come.</summary>
    public Func<CancellationToken, Task>? AtBreak { get; set; }

    /// <summary>Changes the answers before they are sent.</summary>
    public Action<HttpResponseMessage>? Change { get; set; }

    public HttpResponseMessage Answer(HttpCall call)
    {
        if (IsGone) return new HttpResponseMessage(HttpStatusCode.Gone);
        HttpResponseMessage response = IsForRest(call, out int from) ? Rest(from) : Body(HttpStatusCode.OK, Content);
        response.Headers.AcceptRanges.Add(HasRanges ? "bytes" : "none");
        if (ETag is not null) response.Headers.TryAddWithoutValidation("ETag", ETag);
        Change?.Invoke(response);
        return response;
    }

    private bool IsForRest(HttpCall call, out int from)
    {
        from = (int)(call.Headers.Range?.Ranges.Single().From ?? 0);
        bool isOfThis = call.Headers.IfRange is not { } condition
            || string.Equals(condition.EntityTag?.ToString(), ETag, StringComparison.Ordinal);
        return HasRanges && call.Headers.Range is not null && isOfThis;
    }

    private HttpResponseMessage Rest(int from)
    {
        bool isThere = from < Content.Length;
        HttpResponseMessage response = isThere
            ? Body(HttpStatusCode.PartialContent, Content[from..])
            : new HttpResponseMessage(HttpStatusCode.RequestedRangeNotSatisfiable);
        response.Content.Headers.ContentRange = isThere
            ? new ContentRangeHeaderValue(from, Content.Length - 1, Content.Length)
            : new ContentRangeHeaderValue(Content.Length);
        return response;
    }

    private HttpResponseMessage Body(HttpStatusCode status, byte[] bytes)
    {
        Stream stream = BreaksAfter is { } after
            ? new BreakingStream(bytes, after, AtBreak ?? BreakAsync)
            : new MemoryStream(bytes);
        var response = new HttpResponseMessage(status) { Content = new StreamContent(stream) };
        if (TellsLength) response.Content.Headers.ContentLength = bytes.Length;
        return response;
    }

    private Task BreakAsync(CancellationToken cancellationToken)
    {
        IsGone = true;
        throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
    }
}
