using System.Diagnostics;
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
    /// query, <c>/items?page=2</c> only that one. The host does not matter.</param>
    /// <returns>The rule, to script its answers.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> does not start with a slash.</exception>
    public HttpRule On(HttpMethod method, string path)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith('/'))
            throw new ArgumentException($"A path must start with '/', but was '{path}'.", nameof(path));

        // As a request writes it, so that both look alike: with blanks and letters beyond ASCII escaped.
        string escaped = new Uri(new Uri("http://stub"), path).PathAndQuery;
        return Add(new HttpRule(_sync, method, escaped));
    }

    /// <summary>Adds a rule for every request.</summary>
    /// <returns>The rule, to script its answers.</returns>
    public HttpRule OnAny() => Add(new HttpRule(_sync, method: null, path: null));

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
        HttpReply reply = TakeReply(call);
        return await reply(call, _timeProvider, cancellationToken).ConfigureAwait(false);
    }

    private HttpRule Add(HttpRule rule)
    {
        lock (_sync) _rules.Add(rule);
        return rule;
    }

    private HttpReply TakeReply(HttpCall call)
    {
        lock (_sync)
        {
            _calls.Add(call);
            foreach (HttpRule rule in _rules)
            {
                if (rule.Fits(call) && rule.TryTakeReply(out HttpReply? reply)) return reply;
            }

            throw new InvalidOperationException(DescribeUnanswered(call));
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
