using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace AsyncKit.Testing;

/// <summary>
/// What an <see cref="HttpStub"/> answers to the requests of one kind: a script of answers, each given once.
/// </summary>
/// <remarks>
/// Answers are given in the order they were added; <see cref="Forever"/> makes the last one stay. Thread-safe.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class HttpRule
{
    // The stub's own lock, so that choosing a rule and taking its answer are one step.
    private readonly Lock _sync;
    private readonly HttpMethod? _method;
    private readonly string? _path;
    private readonly Queue<HttpReply> _replies = new();
    private HttpReply? _lastAdded;
    private HttpReply? _forever;

    internal HttpRule(Lock sync, HttpMethod? method, string? path)
    {
        _sync = sync;
        _method = method;
        _path = path;
    }

    /// <summary>Adds an answer with a status and a text.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body">The text, sent as <c>text/plain</c> in UTF-8; empty when <see langword="null"/>.</param>
    /// <param name="after">How long the answer takes, on the clock of the stub; zero or more.</param>
    /// <returns>This rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="after"/> is negative, or too long for a timer.
    /// </exception>
    public HttpRule Reply(HttpStatusCode status, string? body = null, TimeSpan after = default)
    {
        ThrowIfOutOfRange(after);
        return Add(after, _ => new HttpResponseMessage(status) { Content = new StringContent(body ?? "") });
    }

    /// <summary>Adds an answer that is made when the request arrives.</summary>
    /// <param name="respond">Makes a new response for a request; what it throws reaches the client.</param>
    /// <param name="after">How long the answer takes, on the clock of the stub; zero or more.</param>
    /// <returns>This rule.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="respond"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="after"/> is negative, or too long for a timer.
    /// </exception>
    public HttpRule Reply(Func<HttpCall, HttpResponseMessage> respond, TimeSpan after = default)
    {
        ArgumentNullException.ThrowIfNull(respond);
        ThrowIfOutOfRange(after);
        return Add(after, respond);
    }

    /// <summary>Adds a failure instead of an answer.</summary>
    /// <param name="exception">What the client gets, as from its transport: most often an
    /// <see cref="HttpRequestException"/>.</param>
    /// <param name="after">How long it takes, on the clock of the stub; zero or more.</param>
    /// <returns>This rule.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="after"/> is negative, or too long for a timer.
    /// </exception>
    public HttpRule Throw(Exception exception, TimeSpan after = default)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ThrowIfOutOfRange(after);
        return Add(after, _ => throw exception);
    }

    /// <summary>Adds an answer that never comes: the request hangs until the client cancels it.</summary>
    /// <returns>This rule.</returns>
    public HttpRule Hang() => Add(Timeout.InfiniteTimeSpan, static _ => throw new UnreachableException());

    /// <summary>Makes the last answer added stay: it is given to every further request.</summary>
    /// <returns>This rule.</returns>
    /// <exception cref="InvalidOperationException">No answer was added yet.</exception>
    public HttpRule Forever()
    {
        lock (_sync)
        {
            _forever = _lastAdded
                ?? throw new InvalidOperationException("Forever repeats an answer: add one before it.");
            return this;
        }
    }

    /// <summary>Says what the rule fits and how many answers it has left.</summary>
    /// <returns>For example <c>GET /items: 2 answers left</c>.</returns>
    public override string ToString()
    {
        lock (_sync)
        {
            string left = (_forever, _replies.Count) switch
            {
                (not null, _) => "answers forever",
                (_, 1) => "1 answer left",
                (_, var count) => $"{count} answers left",
            };
            return _method is null ? $"any request: {left}" : $"{_method} {_path}: {left}";
        }
    }

    internal bool Fits(HttpCall call) =>
        _method is null
        || (_method == call.Method
            && (string.Equals(_path, call.Uri.AbsolutePath, StringComparison.Ordinal)
                || string.Equals(_path, call.Uri.PathAndQuery, StringComparison.Ordinal)));

    internal bool TryTakeReply([NotNullWhen(true)] out HttpReply? reply)
    {
        if (!_replies.TryDequeue(out reply)) reply = _forever;
        return reply is not null;
    }

    private static void ThrowIfOutOfRange(TimeSpan after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after, TimeSpan.Zero);
        ManualTimer.ThrowIfOutOfRange(after);
    }

    private HttpRule Add(TimeSpan after, Func<HttpCall, HttpResponseMessage> respond)
    {
        lock (_sync)
        {
            if (_forever is not null)
                throw new InvalidOperationException("No answer comes after one that is given forever: add it before.");
            _lastAdded = async (call, timeProvider, cancellationToken) =>
            {
                if (after != TimeSpan.Zero)
                    await WaitAsync(after, timeProvider, cancellationToken).ConfigureAwait(false);
                HttpResponseMessage response = respond(call);
                response.RequestMessage ??= call.Request;
                return response;
            };
            _replies.Enqueue(_lastAdded);
            return this;
        }
    }

    // Not Task.Delay: it hands its cancellation to the thread pool, and the code under test would go on only some
    // time after the clock was moved.
    private static async Task WaitAsync(TimeSpan time, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration cancel = cancellationToken.UnsafeRegister(
            static (end, token) => ((TaskCompletionSource)end!).TrySetCanceled(token), end);
        using ITimer timer = timeProvider.CreateTimer(
            static end => ((TaskCompletionSource)end!).TrySetResult(), end, time, Timeout.InfiniteTimeSpan);
        await end.Task.ConfigureAwait(false);
    }
}
