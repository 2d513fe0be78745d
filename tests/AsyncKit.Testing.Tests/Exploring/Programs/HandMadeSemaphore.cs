namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A semaphore with one permit, made by hand.</summary>
/// <param name="keepsGrants">Whether it is correct; if not, a waiter that was granted the permit looks at its token
/// once more.</param>
internal sealed class HandMadeSemaphore(bool keepsGrants)
{
    private readonly Queue<TaskCompletionSource> _waiters = [];

    public int Free { get; private set; } = 1;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Free > 0)
        {
            Free--;
            return;
        }

        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Enqueue(waiter);
        await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
            await waiter.Task;

        // Too late: the permit is this waiter's already, and nobody else will give it back.
        if (!keepsGrants) cancellationToken.ThrowIfCancellationRequested();
    }

    public void Release()
    {
        while (_waiters.TryDequeue(out TaskCompletionSource? waiter))
        {
            if (waiter.TrySetResult()) return;
        }

        Free++;
    }
}
