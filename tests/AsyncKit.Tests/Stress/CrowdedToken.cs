using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Stress;

/// <summary>A token on which threads register and unregister all the time, as on that of a shutdown.</summary>
/// <remarks>
/// The lock inside of it is contended: whoever registers or unregisters may have to wait, and is interrupted there.
/// </remarks>
internal sealed class CrowdedToken : IDisposable
{
    private const int Registering = 2;


    private readonly CancellationTokenSource _source = new();
    private readonly Thread[] _crowd;
    private int _present;
    private volatile bool _isOver;

    public CrowdedToken()
    {
        // Those who only use up the processors see to it that one who is preempted with the lock does not come back at
        // once.
        _crowd =
        [
            .. Enumerable.Range(0, Registering).Select(_ => Begin(Register)),
            .. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Begin(static () => Thread.SpinWait(100))),
        ];
        Limit.Until(() => Volatile.Read(ref _present) == _crowd.Length);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _isOver = true;
        foreach (Thread each in _crowd) each.Join();
        _source.Dispose();
    }

    private void Register() => _source.Token.UnsafeRegister(static _ => { }, null).Unregister();

    private Thread Begin(Action work)
    {
        var thread = new Thread(() =>
        {
            Interlocked.Increment(ref _present);
            while (!_isOver) work();
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
