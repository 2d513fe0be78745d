namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A thread that cancels a token in each round, while the test does something else at the same time.</summary>
internal sealed class Canceller : IDisposable
{
    private readonly Barrier _together = new(2);
    private readonly Blocked _thread;
    private CancellationTokenSource _source = new();
    private bool _isOver;

    public Canceller() => _thread = Blocked.Begin(CancelEachRound);

    public CancellationToken Token => _source.Token;

    /// <summary>From now on the token is cancelled at some moment.</summary>
    public void Begin() => Meet();

    /// <summary>Waits until that has been done, with all callbacks.</summary>
    public void End() => Meet();

    public void NextRound()
    {
        _source.Dispose();
        _source = new CancellationTokenSource();
    }

    public void Dispose()
    {
        // The thread waits for the next round, or is about to: alone now, it does not have to.
        Volatile.Write(ref _isOver, true);
        _together.RemoveParticipant();
        _thread.Result();
        _together.Dispose();
        _source.Dispose();
    }

    private Grant CancelEachRound()
    {
        for (var begins = true; ; begins = !begins)
        {
            Meet();
            if (Volatile.Read(ref _isOver)) return default;
            if (begins) _source.Cancel();
        }
    }

    private void Meet() => Assert.True(_together.SignalAndWait(Limit.Long));
}
