using System.Diagnostics;
using System.Net;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>An HTTP server for tests that answers as scripted and remembers what it was asked.</summary>
/// <remarks>
/// <para>Give it to an <see cref="HttpClient"/> or a fetcher as its handler. Rules are looked through in the order they
/// were made; the first that fits the request and has an answer left gives it. A request that none answers is a mistake
/// of the test and fails with an <see cref="InvalidOperationException"/> that lists the rules.</para>
/// <para>Answers come at once, on the caller's thread, unless they were scripted to take time. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("Rules = {_rules.Count}, Calls = {_calls.Count}")]
public sealed class HttpStub : HttpMessageHandler
{
    // Guards the lists and the answers left in the rules.
    private readonly Lock _sync = new();
    private readonly List<HttpRule> _rules = [];
    private readonly List<HttpCall> _calls = [];
    private readonly HashSet<HttpCall> _refused = [];
    private readonly TimeProvider _timeProvider;

    /// <summary>Makes a stub without rules.</summary>
    /// <param name="timeProvider">The clock for answers that take time; <see cref="TimeProvider.System"/> when
    /// <see langword="null"/>.</param>
    public HttpStub(TimeProvider? timeProvider = null) => _timeProvider = timeProvider ?? TimeProvider.System;

    /// <summary>The requests so far, in order of arrival: those that no rule answered too.</summary>
    public IReadOnlyList<HttpCall> Calls
    {
        get
        {
            lock (_sync) return [.. _calls];
        }
    }

    /// <summary>Adds a rule for the requests with a method and a path.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path from its leading slash, with the query when that matters: <c>/items</c> fits every
    /// query, <c>/items?page=2</c> only that one. A name in braces stands for a segment or a part of one, or of a value
    /// in the query: <c>/items/{id}</c>; <see cref="HttpCall.PathValues"/> has what stood there. The host does not
    /// matter.</param>
    /// <returns>The rule, to script its answers.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="path"/> does not start with a slash, has a brace without a name, or a name twice.
    /// </exception>
    public HttpRule On(HttpMethod method, string path)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        return Add(new HttpRule(_sync, method, new PathTemplate(path)));
    }

    /// <summary>Adds a rule for every request.</summary>
    /// <returns>The rule, to script its answers.</returns>
    public HttpRule OnAny() => Add(new HttpRule(_sync, method: null, path: null));

    /// <summary>Makes a client of this stub, with a timeout on the clock of the stub.</summary>
    /// <param name="baseAddress">The address that relative ones are resolved against: absolute, http or https.</param>
    /// <param name="timeout">
    /// The time limit of each request: more than zero, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 100 seconds,
    /// as in <see cref="HttpClient"/>.
    /// </param>
    /// <returns>A client; disposing of it leaves the stub as it is.</returns>
    /// <remarks>
    /// The timeout covers what <see cref="HttpClient.Timeout"/> covers, with the same exceptions: the headers, and the
    /// body where the client reads it itself. A body that the caller reads, after
    /// <see cref="HttpCompletionOption.ResponseHeadersRead"/> or from a stream, has no limit. The property
    /// <see cref="HttpClient.Timeout"/> of the client shows none and is to be left alone: it runs in real time.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="baseAddress"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="baseAddress"/> is no absolute http address.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="timeout"/> is zero, negative, or too long for a timer.
    /// </exception>
    public HttpClient CreateClient(string baseAddress = "https://stub.test/", TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(baseAddress);
        if (!Uri.TryCreate(baseAddress, UriKind.Absolute, out Uri? address)
            || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"A base address must be absolute, http or https, but was '{baseAddress}'.", nameof(baseAddress));
        }

        TimeSpan limit = timeout ?? TimeSpan.FromSeconds(100);
        ArgumentOutOfRangeException.ThrowIfEqual(limit, TimeSpan.Zero, nameof(timeout));
        ManualTimer.ThrowIfOutOfRange(limit, nameof(timeout));
        HttpMessageHandler handler =
            limit == Timeout.InfiniteTimeSpan ? this : new ClientTimeoutHandler(this, limit, _timeProvider);
        return new HttpClient(handler, disposeHandler: false)
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Checks that the script was played to its end: nothing is left over, and nothing was missing.</summary>
    /// <remarks>
    /// Left over is an answer that was not given as often as it was scripted; one that is given
    /// <see cref="HttpRule.Forever"/> may also never be. Missing is the answer of a request that no rule took, or that
    /// still waits. Call it at the end of a test. Its failure is an assertion's to xunit v3.
    /// </remarks>
    /// <exception cref="Exception">Something is left over or missing; the message lists what.</exception>
    public void VerifyAll()
    {
        string[] findings;
        lock (_sync) findings = [.. DescribeUnmet()];
        if (findings.Length is 0) return;
        throw new AsyncTestException(
            AsyncTestFailure.Assertion,
            $"The script of the HttpStub was not played to its end:\n  {string.Join("\n  ", findings)}");
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        byte[] body = request.Content is null
            ? []
            : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        var call = new HttpCall(request, body, _timeProvider.GetUtcNow());
        return await AnswerAsync(call, cancellationToken).ConfigureAwait(false);
    }

    private HttpRule Add(HttpRule rule)
    {
        lock (_sync) _rules.Add(rule);
        return rule;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpCall call, CancellationToken cancellationToken)
    {
        // Not read from the wall clock again, which may move by being read.
        long start = _timeProvider.GetTimestamp();
        try
        {
            HttpReply reply = TakeReply(call);
            HttpResponseMessage response =
                await reply(call, _timeProvider, cancellationToken).ConfigureAwait(false);
            End(HttpCallOutcome.Answered, response.StatusCode);
            return response;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            End(HttpCallOutcome.Cancelled, fault: e);
            throw;
        }
        catch (Exception e)
        {
            End(HttpCallOutcome.Faulted, fault: e);
            throw;
        }

        void End(HttpCallOutcome outcome, HttpStatusCode? status = null, Exception? fault = null) =>
            call.End(new HttpCallEnd(outcome, _timeProvider.GetElapsedTime(start), status, fault));
    }

    private HttpReply TakeReply(HttpCall call)
    {
        lock (_sync)
        {
            _calls.Add(call);
            foreach (HttpRule rule in _rules)
            {
                if (rule.TryTakeReply(call, out HttpReply? reply)) return reply;
            }

            _refused.Add(call);
            throw new InvalidOperationException(DescribeUnanswered(call));
        }
    }

    private IEnumerable<string> DescribeUnmet()
    {
        foreach (HttpRule rule in _rules)
        {
            if (rule.DescribeLeft() is { } left) yield return left;
        }

        foreach (HttpCall call in _calls)
        {
            if (_refused.Contains(call)) yield return $"{call}: no rule answered it";
            else if (call.Outcome is HttpCallOutcome.Pending) yield return $"{call}: it still waits for its answer";
        }
    }

    private string DescribeUnanswered(HttpCall call)
    {
        var message = new StringBuilder($"No rule of the HttpStub answers {call}. ");
        if (_rules.Count is 0) return message.Append("It has no rules: add one with On or OnAny.").ToString();
        message.Append("Its rules:");
        foreach (HttpRule rule in _rules) message.Append("\n  ").Append(rule);
        return message.ToString();
    }
}
