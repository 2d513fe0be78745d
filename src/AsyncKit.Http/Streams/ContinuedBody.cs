namespace AsyncKit.Http;

/// <summary>
/// Reads the body of an answer, and goes on with the body of another where the first breaks off: the next bytes of the
/// same representation.
/// </summary>
/// <remarks>For one reader at a time; may be disposed by another thread.</remarks>
internal sealed class ContinuedBody : IDisposable
{
    private readonly FetchEngine _engine;
    private readonly FetchRequest _request;
    private readonly long? _mostBytes;
    private readonly long _start;
    private AttemptOutcome _outcome;
    private GuardedBody _guarded;
    private FetchException? _failure;
    private int _failuresInRow;
    private volatile bool _isDisposed;

    private ContinuedBody(
        FetchEngine engine,
        FetchRequest request,
        FetchHistory history,
        AttemptOutcome outcome,
        Representation representation,
        GuardedBody guarded,
        long? mostBytes)
    {
        (_engine, _request, _outcome, _guarded, _mostBytes) = (engine, request, outcome, guarded, mostBytes);
        (History, Representation) = (history, representation);
        _start = Response.Content.Headers.ContentRange?.From ?? 0;
    }

    public HttpResponseMessage Response => _outcome.Open!;

    public Uri Uri => Response.RequestMessage?.RequestUri ?? _request.Uri;

    public Representation Representation { get; }

    public long BytesRead { get; private set; }

    public bool IsDisposed => _isDisposed;

    public FetchHistory History { get; }

    /// <summary>Sends a request, and opens the body of the answer.</summary>
    /// <exception cref="FetchException">It failed for good.</exception>
    public static async Task<ContinuedBody> OpenAsync(
        FetchEngine engine, FetchRequest request, BodyReading reading, CancellationToken cancellationToken)
    {
        (AttemptOutcome outcome, FetchHistory history) = await engine.RunAsync(request, reading, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            // Before the guards take away the headers of what they decompress.
            Representation representation = Representation.Of(outcome.Open!);
            long? most = reading.MostBytes(engine.Options.Body);
            GuardedBody guarded = await GuardAsync(engine, request, outcome, most, cancellationToken)
                .ConfigureAwait(false);
            return new ContinuedBody(engine, request, history, outcome, representation, guarded, most);
        }
        catch (BodyTooLargeException e)
        {
            outcome.Dispose();
            throw Fail(history, TransportFailure.Read(e)!);
        }
        catch
        {
            outcome.Dispose();
            throw;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfUnreadable();
            AttemptOutcome failure;
            try
            {
                return Took(await _guarded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
            }
            // Cancelling aborts the connection, and what that provokes is the cancellation, whatever its type.
            catch (Exception e) when (cancellationToken.IsCancellationRequested && TransportFailure.Is(e))
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (Exception e) when (!_isDisposed && TransportFailure.Read(e) is not null)
            {
                failure = TransportFailure.Read(e)!;
            }

            await ContinueAsync(failure, cancellationToken).ConfigureAwait(false);
        }
    }

    public int Read(Span<byte> buffer)
    {
        ThrowIfUnreadable();
        try
        {
            return Took(_guarded.Read(buffer));
        }
        catch (Exception e) when (!_isDisposed && TransportFailure.Read(e) is not null)
        {
            throw Remember(Fail(History, TransportFailure.Read(e)!));
        }
    }

    /// <summary>The exception of a body that its reader finds too large.</summary>
    public FetchException FailTooLarge(long most) =>
        Remember(Fail(History, TransportFailure.Read(new BodyTooLargeException(most, BytesRead))!));

    /// <summary>The exception of content that its reader finds to be another than was promised.</summary>
    public FetchException FailMismatch(string what) => Remember(History.Fail(
        FetchFailure.ContentMismatch, what, new AttemptOutcome { StatusCode = Response.StatusCode }));

    public void Dispose()
    {
        _isDisposed = true;
        _guarded.Dispose();
        _outcome.Dispose();
    }

    private static async ValueTask<GuardedBody> GuardAsync(
        FetchEngine engine,
        FetchRequest request,
        AttemptOutcome outcome,
        long? most,
        CancellationToken cancellationToken)
    {
        HttpContent content = outcome.Open!.Content;
        HttpFetcherOptions options = engine.Options;
        if (!BodyReading.HasBody(request.Method, outcome.Open.StatusCode))
        {
            using var nothing = new ByteArrayContent([]);
            return GuardedBody.Over(Stream.Null, nothing.Headers, options.Body, most, options.TimeProvider);
        }

        Stream raw = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return GuardedBody.Over(raw, content.Headers, options.Body, most, options.TimeProvider);
    }

    private static FetchException Fail(FetchHistory history, AttemptOutcome failure) =>
        history.Fail(failure.Failure!.Value, FetchHistory.DescribeException(failure), failure);

    private int Took(int read)
    {
        BytesRead += read;
        if (read > 0) _failuresInRow = 0;
        return read;
    }

    // What follows is asked for at once when something came since the last time, and else after the backoff: a server
    // that breaks off each answer before its first byte is not asked in a hot loop.
    private async ValueTask ContinueAsync(AttemptOutcome failure, CancellationToken cancellationToken)
    {
        History.Amend(failure with { StatusCode = Response.StatusCode, BytesReceived = _guarded.WireBytes });
        FetchRetryOptions? retry = _engine.Options.Retry;
        bool mayContinue = failure.IsTransient && Representation.CanContinue && _request.MayHedge
            && _failuresInRow++ < retry?.MaxRetryAttempts && _engine.TryAddRetry(_request.Uri);
        if (!mayContinue) throw Remember(Fail(History, failure));
        _guarded.Dispose();
        _outcome.Dispose();
        if (_failuresInRow > 1)
            await Task.Delay(retry!.Delay, _engine.Options.TimeProvider, cancellationToken).ConfigureAwait(false);
        AttemptOutcome next = await AskForRestAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _guarded = await GuardAsync(_engine, _request, next, _mostBytes - BytesRead, cancellationToken)
                .ConfigureAwait(false);
        }
        catch
        {
            next.Dispose();
            throw;
        }

        _outcome = next;

        // Disposed meanwhile: then nobody else does it.
        if (_isDisposed) Dispose();
    }

    private async ValueTask<AttemptOutcome> AskForRestAsync(CancellationToken cancellationToken)
    {
        long position = _start + BytesRead;
        FetchRequest rest = _request.From(position, Representation.Validator!);
        try
        {
            (AttemptOutcome next, FetchHistory more) = await _engine
                .RunAsync(rest, BodyReading.Streamed, cancellationToken).ConfigureAwait(false);
            History.Absorb(more.Attempts);
            if (Representation.IsContinuedBy(next.Open!, position)) return next;
            next.Dispose();
            throw Remember(History.Fail(
                FetchFailure.ContentMismatch,
                $"the body broke off after {BytesRead} bytes, and the server answers the request for the rest with "
                    + $"{(int)next.StatusCode!} ({next.StatusCode}), of another version or another range",
                next));
        }
        catch (FetchException e) when (e != _failure)
        {
            History.Absorb(e.Attempts);
            throw Remember(History.Fail(
                e.Failure,
                $"the body broke off after {BytesRead} bytes, and the rest is not to be had: {e.Message.TrimEnd('.')}",
                new AttemptOutcome { Exception = e, StatusCode = e.StatusCode, RetryAt = e.RetryAt }));
        }
    }

    private FetchException Remember(FetchException failure) => _failure = failure;

    private void ThrowIfUnreadable()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(FetchStream));
        if (_failure is not null) throw _failure;
    }
}
