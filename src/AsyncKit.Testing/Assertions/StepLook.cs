using System.Runtime.ExceptionServices;

namespace AsyncKit.Testing;

/// <summary>Looks at a condition on the pump, between the steps of a test, as the code that asked for it
/// would.</summary>
internal sealed class StepLook(Func<bool> isMet)
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly SynchronizationContext? _strand = Gate.Current?.Context;
    private ExceptionDispatchInfo? _thrown;
    private bool _isLooking;
    private bool _isDone;

    /// <summary>Whether the condition is met, has thrown, or is not to be looked at any more.</summary>
    public bool IsDone()
    {
        // A condition that blocks, where that is allowed, runs the test on, and comes here again.
        if (_isDone || _isLooking) return _isDone;
        _isLooking = true;
        if (_context is null) Look();
        else ExecutionContext.Run(_context, static look => ((StepLook)look!).Look(), this);
        _isLooking = false;
        return _isDone;
    }

    /// <summary>Ends the looking, and throws what the condition has thrown.</summary>
    public void Stop()
    {
        _isDone = true;
        _thrown?.Throw();
    }

    // With the context of the strand, which notices what blocks.
    private void Look()
    {
        SynchronizationContext? pumps = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_strand);
        try
        {
            _isDone = isMet();
        }
        catch (Exception e)
        {
            _thrown = ExceptionDispatchInfo.Capture(e);
            _isDone = true;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(pumps);
        }
    }
}
