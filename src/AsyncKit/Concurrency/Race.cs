using AsyncKit.Diagnostics;
using AsyncKit.Errors;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>One race: contenders that are started in turn, one of which may win.</summary>
internal sealed class Race<T> : IAsyncDisposable
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskRaceOptions _options;
    private readonly CancellationToken _callerToken;
    private readonly TimeLimit _limit;
    private readonly Faults _faults = new();

    // Completed by who leaves last, and continued there: what follows is ours, and short.
    private readonly TaskCompletionSource _allLeft = new();
    private int _inside = 1;

    // What the next contender waits for: the end of the one before, or of the race.
    private TaskCompletionSource _turn = new();
    private StrongResult? _winner;
    private OperationCanceledException? _cut;

    public Race(TaskRaceOptions options, CancellationToken callerToken)
    {
        _options = options;
        _callerToken = callerToken;
        _limit = new TimeLimit(Deadline.Never, callerToken);
    }

    public Task<T> Result => _result.Task;

    private bool IsOver => Volatile.Read(ref _winner) is not null || _limit.Token.IsCancellationRequested;

    public async Task RunAsync(Func<CancellationToken, ValueTask<T>>[] contenders, TimeSpan delay)
    {
        if (WatchedChild.IsWanted) AsyncDiagnostics.TaskBegun(this);
        try
        {
            await StartInTurnAsync(contenders, delay).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Of a clock that is not ours. Those that run may still win.
            Take(e);
        }

        Leave();
        await _allLeft.Task.ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        if (WatchedChild.IsWanted) AsyncDiagnostics.TaskEnded(this);
        if (_winner is null) CompleteWithoutWinner();
        else _result.TrySetResult(_winner.Value);
    }

    public ValueTask DisposeAsync() => _limit.DisposeAsync();

    public override string ToString() => nameof(TaskRace);

    private async Task StartInTurnAsync(Func<CancellationToken, ValueTask<T>>[] contenders, TimeSpan delay)
    {
        for (var i = 0; i < contenders.Length && !IsOver; i++)
        {
            TaskCompletionSource turn = Start(contenders[i], i + 1);
            if (i < contenders.Length - 1 && delay != TimeSpan.Zero && !IsOver)
                await WaitForTurnAsync(turn, delay).ConfigureAwait(true);
        }
    }

    private TaskCompletionSource Start(Func<CancellationToken, ValueTask<T>> contender, int number)
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _turn, turn);
        Interlocked.Increment(ref _inside);
        _ = ContendAsync(contender, turn, number);
        return turn;
    }

    // Whoever wins looks for the turn after it has set the winner, and the turn was there before the winner was looked
    // for: one of the two sees the other.
    private async Task WaitForTurnAsync(TaskCompletionSource turn, TimeSpan delay)
    {
        ITimer timer = _options.TimeProvider.CreateTimer(
            static turn => ((TaskCompletionSource)turn!).TrySetResult(), turn, delay, Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false)) await turn.Task.ConfigureAwait(false);
    }

    private async Task ContendAsync(
        Func<CancellationToken, ValueTask<T>> contender, TaskCompletionSource turn, int number)
    {
        WatchedChild? watched = WatchedChild.IsWanted ? new WatchedChild(this, $"contender {number}") : null;
        watched?.Begin();
        try
        {
            T result = await contender(_limit.Token).ConfigureAwait(false);
            var won = new StrongResult(result);
            StrongResult? winner = Interlocked.CompareExchange(ref _winner, won, null);
            if (winner is null) await WinAsync(won).ConfigureAwait(false);
            else if (!ReferenceEquals(winner.Value, result)) await DropAsync(result).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Take(e);
        }

        watched?.Dispose();
        turn.TrySetResult();
        Leave();
    }

    private async Task WinAsync(StrongResult won)
    {
        if (_options.AbandonLosers) _result.TrySetResult(won.Value);
        Volatile.Read(ref _turn).TrySetResult();
        try
        {
            await _limit.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            foreach (Exception fault in e.InnerExceptions) Take(fault);
        }
    }

    // What a loser made is nobody's.
    private static async ValueTask DropAsync(T result)
    {
        if (result is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
        else if (result is IDisposable disposable) disposable.Dispose();
    }

    private void Take(Exception exception)
    {
        if (exception is OperationCanceledException cancelled && _limit.Token.IsCancellationRequested)
            Interlocked.CompareExchange(ref _cut, cancelled, null);
        else if (Volatile.Read(ref _winner) is null) _faults.AddOnce(exception);
        else if (_options.OnLateFault is { } onLateFault) Unhandled.Call(onLateFault, exception);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _inside) is 0) _allLeft.SetResult();
    }

    private void CompleteWithoutWinner()
    {
        if (_faults.Any) _faults.Fail(_result);
        else Cancellation.Cancel(_result, Cancellation.By(_cut, _callerToken));
    }

    private sealed class StrongResult(T value)
    {
        public T Value => value;
    }
}
