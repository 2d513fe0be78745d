using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Errors;
using AsyncKit.Synchronization;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>Work that is started and not awaited, and is not lost all the same: its faults are reported when they
/// happen, and it can be waited for in the end.</summary>
/// <remarks>
/// <para><b>Faults</b> go to the handler at once, and not to <see cref="TaskScheduler.UnobservedTaskException"/> some
/// garbage collection later. The handler is called on the thread pool without a synchronization context, maybe for
/// several at a time, before the work counts as ended. What it throws is unhandled, as in a timer.</para>
/// <para><b>The work</b> runs on the thread pool, with the <see cref="AsyncLocal{T}"/> values of who started it, and a
/// token that is cancelled by a drain that takes too long. To end by that token is no fault; any other
/// <see cref="OperationCanceledException"/> is one.</para>
/// <para><b>The end.</b> <see cref="DrainAsync"/> takes no more work, also none that the remaining work would start,
/// waits, then cancels, and says what is still running. Disposing drains without waiting first; it never throws.
/// Without either, nothing is waited for when the process ends.</para>
/// <para><b>Bounded.</b> Work beyond <see cref="BackgroundTasksOptions.Capacity"/> is refused. Use a
/// <see cref="TaskGroup"/> where the work has an owner that can wait for it. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Count = {Count}")]
public sealed class BackgroundTasks : IAsyncDisposable
{
    private readonly Action<Exception, string> _onFault;
    private readonly BackgroundTasksOptions _options;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not disposed: it has no timer and no link, and work that has not ended may still look at its token.
    private readonly CancellationTokenSource _stop = new();

    // Guards the fields below.
    private readonly Lock _sync = new();
    private readonly HashSet<BackgroundEntry> _entries = [];
    private bool _isClosed;

    /// <summary>Makes a place for background work.</summary>
    /// <param name="onFault">Takes the faults of work, with the name of the work.</param>
    /// <param name="options">How it runs; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="onFault"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BackgroundTasks(Action<Exception, string> onFault, BackgroundTasksOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(onFault);
        options?.ThrowIfInvalid(nameof(options));
        _onFault = onFault;
        _options = options ?? new BackgroundTasksOptions();
    }

    /// <summary>Its name in messages and reports, if it was given one.</summary>
    public string? Name => _options.Name;

    /// <summary>How much work has not ended at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _entries.Count;
        }
    }

    /// <summary>Starts work, and returns before it has begun.</summary>
    /// <param name="name">What it is called in reports of faults and of what has not ended.</param>
    /// <param name="work">The work.</param>
    /// <returns>A task that ends as the work does, after a fault was reported. Nobody has to await it.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">It was drained or disposed, or too much is unfinished.</exception>
    [OverloadResolutionPriority(1)]
    public Task Run(string name, Func<CancellationToken, ValueTask> work)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(work);
        return Start(name, work, out string? refusal)?.End ?? throw new InvalidOperationException(refusal);
    }

    /// <inheritdoc cref="Run(string, Func{CancellationToken, ValueTask})"/>
    public Task Run(string name, Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Run(name, token => new ValueTask(work(token)));
    }

    /// <summary>Starts work if there is room for it.</summary>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="work">The work.</param>
    /// <returns>Whether it was started: not after the drain or the disposal, nor when too much is unfinished.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public bool TryRun(string name, Func<CancellationToken, ValueTask> work)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(work);
        return Start(name, work, out _) is not null;
    }

    /// <inheritdoc cref="TryRun(string, Func{CancellationToken, ValueTask})"/>
    public bool TryRun(string name, Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return TryRun(name, token => new ValueTask(work(token)));
    }

    /// <summary>What has not ended at this moment, the oldest first.</summary>
    /// <returns>A copy.</returns>
    public IReadOnlyList<BackgroundWork> GetSnapshot()
    {
        lock (_sync)
        {
            return [.. _entries
                .Select(entry => entry.Look(_options.TimeProvider))
                .OrderByDescending(static work => work.Age)];
        }
    }

    /// <summary>Takes no more work, and waits for what there is; after a time cancels it, and waits
    /// <see cref="BackgroundTasksOptions.CancellationGrace"/> more.</summary>
    /// <remarks>It may be called several times, also at a time.</remarks>
    /// <param name="timeout">How long to wait before the work is cancelled: from zero to 4,294,967,294 milliseconds
    /// (about 49.7 days), or infinite.</param>
    /// <param name="cancellationToken">Ends the waiting; the work goes on.</param>
    /// <returns>What has not ended even then, the oldest first. It goes on; its faults are still reported.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is out of its range.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<IReadOnlyList<BackgroundWork>> DrainAsync(
        TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        TimerRange.ThrowIfOutside(timeout);

        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<IReadOnlyList<BackgroundWork>>(cancellationToken)
            : DrainCoreAsync(timeout, cancellationToken);
    }

    /// <summary>Takes no more work, cancels what there is, and waits for it, but not longer than
    /// <see cref="BackgroundTasksOptions.CancellationGrace"/>. Never throws.</summary>
    /// <returns>A task that completes when the work has ended, or the time has passed.</returns>
    public async ValueTask DisposeAsync() => await DrainAsync(TimeSpan.Zero).ConfigureAwait(false);

    /// <summary>Names it in reports, such as <c>BackgroundTasks "mails"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(BackgroundTasks), Name);

    private BackgroundEntry? Start(string name, Func<CancellationToken, ValueTask> work, out string? refusal)
    {
        var entry = new BackgroundEntry(name, work, _options.TimeProvider.GetTimestamp());
        lock (_sync)
        {
            refusal = _isClosed ? $"{this} takes no more work: it was drained or disposed."
                : _entries.Count < _options.Capacity ? null
                : $"{this} has {_options.Capacity} unfinished, which is its capacity.";
            if (refusal is not null) return null;
            _entries.Add(entry);
        }

        _ = Task.Run(() => RunAsync(entry), CancellationToken.None);
        return entry;
    }

    private async Task RunAsync(BackgroundEntry entry)
    {
        Settled end = await Settled
            .CaptureAsync(token => entry.RunAsync(_options.Limit, token), _stop.Token).ConfigureAwait(false);
        if (end.IsFaulted) Report(end.Exception!, entry.Name);

        // At one: who has awaited the work finds its place free, and who has drained finds its task ended.
        lock (_sync)
        {
            entry.Finish(end);
            _entries.Remove(entry);
            if (_isClosed && _entries.Count is 0) _drained.TrySetResult();
        }
    }

    private void Report(Exception fault, string name) => Unhandled.Call(fault => _onFault(fault, name), fault);

    private async Task<IReadOnlyList<BackgroundWork>> DrainCoreAsync(
        TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _isClosed = true;
            if (_entries.Count is 0) _drained.TrySetResult();
        }

        if (await EndsWithinAsync(_drained.Task, timeout, cancellationToken).ConfigureAwait(false)) return [];

        // Work that is cancelled may go on inside of the cancellation, and take as long there as anywhere else.
        Task end = Task.WhenAll(_drained.Task, StopAsync());
        await EndsWithinAsync(end, _options.CancellationGrace, cancellationToken).ConfigureAwait(false);
        return GetSnapshot();
    }

    private async Task<bool> EndsWithinAsync(Task end, TimeSpan time, CancellationToken cancellationToken)
    {
        Task wait = end.WaitAsync(time, _options.TimeProvider, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (wait.IsCanceled) await wait.ConfigureAwait(false);
        return wait.IsCompletedSuccessfully;
    }

    // What callbacks of the token throw has nobody else to go to.
    private async Task StopAsync()
    {
        Task stop = _stop.CancelAsync();
        await stop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (Exception fault in stop.Exception?.Flatten().InnerExceptions ?? []) Report(fault, ToString());
    }
}
