using System.Diagnostics.CodeAnalysis;
using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Runs what comes back to an event loop that has ended: on the thread pool, but one step at a time as before,
/// for the code relies on that.</summary>
internal sealed class LoopRemainder(LoopContext context)
{
    // Guards itself and the field below.
    private readonly Queue<LoopStep> _steps = new();
    private bool _isRunning;
    private volatile Thread? _thread;

    /// <summary>Whether the calling code is such a step.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    public void Add(LoopStep step)
    {
        lock (_steps)
        {
            _steps.Enqueue(step);
            if (_isRunning) return;
            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static remainder => remainder.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        while (TryTake(out LoopStep? step))
        {
            _thread = Thread.CurrentThread;
            SynchronizationContext.SetSynchronizationContext(context);
            try
            {
                step.Run();
            }
            catch (Exception e)
            {
                Unhandled.Throw(e);
            }

            SynchronizationContext.SetSynchronizationContext(null);
            _thread = null;
        }
    }

    private bool TryTake([NotNullWhen(true)] out LoopStep? step)
    {
        lock (_steps)
        {
            _isRunning = _steps.TryDequeue(out step);
            return _isRunning;
        }
    }
}
