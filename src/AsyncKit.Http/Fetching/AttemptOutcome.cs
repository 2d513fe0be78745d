using System.Net;

namespace AsyncKit.Http;

/// <summary>How one attempt ended, as a value: the answer, or why there is none and whether to try again.</summary>
internal sealed record AttemptOutcome : IDisposable
{
    /// <summary>The answer with its body; of a reading that buffers.</summary>
    public FetchResponse? Response { get; init; }

    /// <summary>The answer whose body is still to be read; of a reading that leaves it open.</summary>
    public HttpResponseMessage? Open { get; init; }

    /// <summary>Held as long as the body is open.</summary>
    public HostPass Pass { get; set; }

    public FetchFailure? Failure { get; init; }

    public HttpStatusCode? StatusCode { get; set; }

    public Exception? Exception { get; init; }

    /// <summary>Whether another attempt may do better.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Whether it is proven that the server has not seen the request.</summary>
    public bool IsUnsent { get; init; }

    /// <summary>Where the server sends the request instead.</summary>
    public Uri? Redirect { get; init; }

    /// <summary>How long the server asks to be left alone, from the moment of its answer.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same as a moment.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public string? BodySnippet { get; init; }

    public Version? HttpVersion { get; set; }

    public IPAddress? RemoteAddress { get; set; }

    public long BytesReceived { get; init; }

    public bool IsGood => Failure is null && Exception is null;

    /// <summary>The outcome of a request that was not sent, because its host must be left alone for longer.</summary>
    public static AttemptOutcome Paused(TimeSpan wait, HttpStatusCode status, DateTimeOffset now) => new()
    {
        Failure = FetchFailure.RetryAfterTooLong,
        StatusCode = status,
        IsUnsent = true,
        RetryAfter = wait,
        RetryAt = Moments.Add(now, wait),
    };

    /// <summary>Gives up an answer that nobody reads.</summary>
    public void Dispose()
    {
        Open?.Dispose();
        Pass.Dispose();
        Pass = default;
    }
}
