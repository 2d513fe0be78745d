namespace AsyncKit.Http;

/// <summary>The limits on time of one body: the longest silence, and the least speed.</summary>
/// <remarks>
/// Reads are made by one flow of control, one after the other. There is one timer for all of them, made when a read
/// first has to wait. It is not set anew for each read: it fires for a limit that has moved meanwhile, and is set once
/// more.
/// </remarks>
internal sealed class BodyClock : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan _idleTimeout;
    private readonly ThroughputWindow? _throughput;
    private long _bytes;

    // Guards what follows, which the timer looks at. The count of bytes changes only while no read waits.
    private readonly Lock _sync = new();
    private CancellationTokenSource _abort = new();
    private ITimer? _timer;
    private TimeSpan? _timerDue;
    private TimeSpan? _waitingSince;
    private string? _stall;

    private BodyClock(FetchBodyOptions options, TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _idleTimeout = options.IdleTimeout;
        if (options.MinBytesPerSecond is { } rate)
            _throughput = new ThroughputWindow(rate, options.MinThroughputWindow);
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>The clock of one body; <see langword="null"/> when nothing limits its time.</summary>
    public static BodyClock? Start(FetchBodyOptions options, TimeProvider time) =>
        options.IdleTimeout == Timeout.InfiniteTimeSpan && options.MinBytesPerSecond is null
            ? null
            : new BodyClock(options, time);

    /// <summary>Reads from a stream within the limits.</summary>
    /// <exception cref="BodyStalledException">A limit passed.</exception>
    public ValueTask<int> ReadAsync(Stream source, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);

        // Cancelled by the caller of an earlier read.
        if (_abort.IsCancellationRequested) _abort = new CancellationTokenSource();
        ValueTask<int> read = source.ReadAsync(buffer, _abort.Token);
        return read.IsCompletedSuccessfully ? CountAsync(read) : WaitAsync(read, _abort, cancellationToken);
    }

    // Not the source of the cancellation, which has nothing to free: who cancels it may come at this very moment.
    public void Dispose()
    {
        lock (_sync) _timer?.Dispose();
    }

    private async ValueTask<int> CountAsync(ValueTask<int> read)
    {
        int count = await read.ConfigureAwait(false);
        _bytes += count;
        return count;
    }

    private async ValueTask<int> WaitAsync(
        ValueTask<int> read, CancellationTokenSource abort, CancellationToken cancellationToken)
    {
        var count = 0;
        Begin();
        try
        {
            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static abort => ((CancellationTokenSource)abort!).Cancel(), abort);
            count = await read.ConfigureAwait(false);
            return count;
        }
        // Cancelling aborts the connection, and what that provokes is the cancellation, or the limit, whatever its
        // type.
        catch (Exception e) when (e is OperationCanceledException or IOException && abort.IsCancellationRequested)
        {
            if (cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            throw new BodyStalledException(_stall!, _bytes, e);
        }
        finally
        {
            End(count);
        }
    }

    private void Begin()
    {
        lock (_sync)
        {
            TimeSpan now = Now;
            _waitingSince = now;
            _throughput?.Begin(now);
            _stall = null;
            SetTimer(now);
        }
    }

    private void End(int count)
    {
        lock (_sync)
        {
            _throughput?.End(Now);
            _waitingSince = null;
            _bytes += count;

            // The limit passed while the bytes came: they are the answer. The cancellation may be still on its way, and
            // must not meet the next read.
            if (_stall is not null) _abort = new CancellationTokenSource();
        }
    }

    private void Look()
    {
        CancellationTokenSource abort;
        lock (_sync)
        {
            _timerDue = null;
            if (_waitingSince is not { } since) return;
            TimeSpan now = Now;
            _stall = Judge(now, since);
            if (_stall is null)
            {
                SetTimer(now);
                return;
            }

            abort = _abort;
        }

        abort.Cancel();
    }

    private string? Judge(TimeSpan now, TimeSpan since) =>
        _idleTimeout != Timeout.InfiniteTimeSpan && now - since >= _idleTimeout
            ? $"no byte came for {_idleTimeout}"
            : _throughput?.Judge(now, _bytes);

    private void SetTimer(TimeSpan now)
    {
        TimeSpan due = TimeSpan.MaxValue;
        if (_idleTimeout != Timeout.InfiniteTimeSpan) due = _waitingSince!.Value + _idleTimeout;
        if (_throughput?.Due(now) is { } end && end < due) due = end;
        if (_timerDue <= due) return;

        // Never zero, which some clocks take for now, in the middle of this.
        TimeSpan delay = Moments.ToTimer(due - now);
        if (delay <= TimeSpan.Zero) delay = TimeSpan.FromMilliseconds(1);
        _timerDue = due;
        if (_timer is not null)
        {
            _timer.Change(delay, Timeout.InfiniteTimeSpan);
            return;
        }

        _timer = _time.CreateTimer(
            static clock => ((BodyClock)clock!).Look(), this, delay, Timeout.InfiniteTimeSpan);
    }
}
