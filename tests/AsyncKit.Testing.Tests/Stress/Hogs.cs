namespace AsyncKit.Testing.Tests.Stress;

/// <summary>Threads that want a processor all the time, as on a build machine that does other work too.</summary>
internal sealed class Hogs : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _isOver;

    public Hogs(int count)
    {
        _threads = [.. Enumerable.Range(1, count).Select(number => new Thread(Spin)
        {
            IsBackground = true,
            Name = $"hog {number}",
        })];

        // Without the context of the test: these threads belong to nobody.
        foreach (Thread thread in _threads) thread.UnsafeStart();
    }

    public void Dispose()
    {
        _isOver = true;
        foreach (Thread thread in _threads) thread.Join();
    }

    private void Spin()
    {
        while (!_isOver) Thread.SpinWait(1000);
    }
}
