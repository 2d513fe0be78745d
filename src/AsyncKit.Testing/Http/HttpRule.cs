using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>
/// What an <see cref="HttpStub"/> answers to the requests of one kind: a script of answers, each given once.
/// </summary>
/// <remarks>
/// Answers are given in the order they were added, each once; <see cref="Times"/> repeats the last one added, and
/// <see cref="Forever"/> makes it stay. Thread-safe.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class HttpRule
{
    // The stub's own lock, so that choosing a rule and taking its answer are one step.
    private readonly Lock _sync;
    private readonly HttpMethod? _method;
    private readonly PathTemplate? _path;
    private readonly List<ScriptedAnswer> _answers = [];

    // The first answer that may have something left.
    private int _next;

    internal HttpRule(Lock sync, HttpMethod? method, PathTemplate? path)
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

    /// <summary>Adds an answer whose headers come at once and whose body comes piece by piece.</summary>
    /// <param name="body">The text, sent as <c>text/plain</c> in UTF-8 with its length.</param>
    /// <param name="chunkSize">The size of a piece in bytes, from 1; a read gives one piece at most.</param>
    /// <param name="every">
    /// The time before each piece, the first too, on the clock of the stub; zero or more. A reader that comes late
    /// finds what has come by then.
    /// </param>
    /// <returns>This rule.</returns>
    /// <remarks>
    /// A body of 10 bytes in pieces of 5 every second has come after two seconds. With a time of zero it is there at
    /// once, but is read in pieces.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="chunkSize"/> is less than 1; <paramref name="every"/> is negative, or too long for a timer.
    /// </exception>
    public HttpRule Drip(string body, int chunkSize, TimeSpan every)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkSize, 1);
        ThrowIfOutOfRange(every);
        return Add(BodyScript.Dripping(Encoding.UTF8.GetBytes(body), chunkSize, every));
    }

    /// <summary>Adds an answer whose body breaks off, as when the connection is lost.</summary>
    /// <param name="bytes">How many bytes of it come: from 0, less than the whole.</param>
    /// <param name="body">The whole text, sent as <c>text/plain</c> in UTF-8 with its length.</param>
    /// <returns>This rule.</returns>
    /// <remarks>
    /// The read after those bytes throws an <see cref="HttpIOException"/> with
    /// <see cref="HttpRequestError.ResponseEnded"/>, as the framework's own connections do. Where the
    /// <see cref="HttpClient"/> reads the body, it is inside an <see cref="HttpRequestException"/>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="bytes"/> is negative, or not less than the whole.
    /// </exception>
    public HttpRule ResetAfter(int bytes, string body) => AddStopping(bytes, body, stalls: false);

    /// <summary>Adds an answer whose body stops coming: reading on waits until it is cancelled.</summary>
    /// <param name="bytes">How many bytes of it come: from 0, less than the whole.</param>
    /// <param name="body">The whole text, sent as <c>text/plain</c> in UTF-8 with its length.</param>
    /// <returns>This rule.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="bytes"/> is negative, or not less than the whole.
    /// </exception>
    public HttpRule StallAfter(int bytes, string body) => AddStopping(bytes, body, stalls: true);

    /// <summary>Gives the last answer added so many times, instead of once.</summary>
    /// <param name="count">How many times in total, from 1.</param>
    /// <returns>This rule.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// No answer was added yet, or the last one is given forever.
    /// </exception>
    public HttpRule Times(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_sync)
        {
            ScriptedAnswer last = RepeatLast(nameof(Times));
            if (last.Times is null)
                throw new InvalidOperationException("An answer that is given forever is not counted.");
            last.Times = count;
            return this;
        }
    }

    /// <summary>Makes the last answer added stay: it is given to every further request.</summary>
    /// <returns>This rule.</returns>
    /// <exception cref="InvalidOperationException">No answer was added yet.</exception>
    public HttpRule Forever()
    {
        lock (_sync)
        {
            RepeatLast(nameof(Forever)).Times = null;
            return this;
        }
    }

    /// <summary>Says what the rule fits and how many answers it has left.</summary>
    /// <returns>For example <c>GET /items: 2 answers left</c>.</returns>
    public override string ToString()
    {
        lock (_sync) return $"{What}: {(IsForever ? "answers forever" : $"{Count} left")}";
    }

    // Under the lock, as all that follows.
    internal bool TryTakeReply(HttpCall call, [NotNullWhen(true)] out HttpReply? reply)
    {
        reply = null;
        IReadOnlyDictionary<string, string>? values = null;
        if (_method is not null && _method != call.Method) return false;
        if (_path is not null && !_path.Fits(call.Uri, out values)) return false;
        while (_next < _answers.Count && _answers[_next].IsSpent) _next++;
        if (_next == _answers.Count) return false;
        reply = _answers[_next].Take();
        call.PathValues = values ?? call.PathValues;
        return true;
    }

    /// <summary>The answers that were not given though they had to be, if there are any.</summary>
    internal string? DescribeLeft() => Left is 0 ? null : $"{What}: {Count} not given";

    private string What => _method is null ? "any request" : $"{_method} {_path}";

    private bool IsForever => _answers is [.., { Times: null }];

    private long Left => _answers.Sum(answer => (long)answer.Left);

    private string Count => Left is 1 ? "1 answer" : $"{Left} answers";

    private static void ThrowIfOutOfRange(
        TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        ManualTimer.ThrowIfOutOfRange(time, name);
    }

    private ScriptedAnswer RepeatLast(string caller)
    {
        if (_answers.Count is 0)
            throw new InvalidOperationException($"{caller} repeats an answer: add one before it.");

        // It may be spent by now, and passed over.
        _next = Math.Min(_next, _answers.Count - 1);
        return _answers[^1];
    }

    private HttpRule AddStopping(int bytes, string body, bool stalls)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        byte[] whole = Encoding.UTF8.GetBytes(body);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bytes, whole.Length);
        return Add(BodyScript.Stopping(whole, bytes, stalls));
    }

    private HttpRule Add(BodyScript script) => Add((call, timeProvider, cancellationToken) =>
    {
        var content = new StreamContent(new ScriptedBody(script, timeProvider));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        content.Headers.ContentLength = script.Bytes.Length;
        return Task.FromResult(new HttpResponseMessage { Content = content, RequestMessage = call.Request });
    });

    private HttpRule Add(TimeSpan after, Func<HttpCall, HttpResponseMessage> respond) =>
        Add(async (call, timeProvider, cancellationToken) =>
        {
            await VirtualWait.DelayAsync(after, timeProvider, cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response = respond(call);
            response.RequestMessage ??= call.Request;
            return response;
        });

    private HttpRule Add(HttpReply reply)
    {
        lock (_sync)
        {
            if (IsForever)
                throw new InvalidOperationException("No answer comes after one that is given forever: add it before.");
            _answers.Add(new ScriptedAnswer(reply));
            return this;
        }
    }
}
