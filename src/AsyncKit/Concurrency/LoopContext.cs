using System.Runtime.ExceptionServices;

namespace AsyncKit.Concurrency;

/// <summary>Brings what comes back from an await to its event loop.</summary>
internal sealed class LoopContext(LoopPump pump) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => pump.PostOrLetGo(LoopStep.OfPost(pump, d, state));

    /// <summary>Runs a callback on the loop, and blocks until it has run; on the loop itself, at once.</summary>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (pump.HasTurn)
        {
            d(state);
            return;
        }

        ExceptionDispatchInfo? fault = null;
        using var hasRun = new ManualResetEventSlim();
        Post(
            _ =>
            {
                try
                {
                    d(state);
                }
                catch (Exception e)
                {
                    fault = ExceptionDispatchInfo.Capture(e);
                }

                hasRun.Set();
            },
            null);
        hasRun.Wait();
        fault?.Throw();
    }

    // Of async void methods.
    public override void OperationStarted() => pump.Begin();

    public override void OperationCompleted() => pump.End();

    public override SynchronizationContext CreateCopy() => this;
}
