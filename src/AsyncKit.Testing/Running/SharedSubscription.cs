using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A subscription for as long as anybody needs it: a listener subscribed twice would hear all of it
/// twice.</summary>
internal sealed class SharedSubscription(DiagnosticEvents events, AsyncDiagnosticsListener listener)
{
    private readonly Lock _sync = new();
    private IDisposable? _subscription;
    private int _users;

    public void Begin()
    {
        lock (_sync)
        {
            if (_users++ is 0) _subscription = AsyncDiagnostics.Subscribe(events, listener);
        }
    }

    public void End()
    {
        lock (_sync)
        {
            if (--_users is 0) _subscription!.Dispose();
        }
    }
}
