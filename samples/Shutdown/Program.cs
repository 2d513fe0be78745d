using AsyncKit.Concurrency;

int taken = 0, saved = 0;
var background = new BackgroundTasks(static (fault, order) => Console.Error.WriteLine($"{order}: {fault.Message}"));

Console.WriteLine("Takes orders. Ctrl+C or SIGTERM ends it, when those that were taken are saved; twice, at once.");
int exitCode = await EventLoop.RunApplicationAsync(
    TakeOrdersAsync,
    new ApplicationOptions { Background = background, DrainTimeout = TimeSpan.FromSeconds(5) });

Console.WriteLine($"{taken} orders were taken, {saved} are saved. Exit code {exitCode}.");
return taken == saved ? exitCode : 1;

async ValueTask<int> TakeOrdersAsync(CancellationToken stop)
{
    while (true)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
        taken++;
        _ = background.Run($"order {taken}", SaveAsync);
    }
}

// Slower than the orders come: at any moment some are not saved yet.
async ValueTask SaveAsync(CancellationToken stop)
{
    await Task.Delay(TimeSpan.FromMilliseconds(400), stop);
    Interlocked.Increment(ref saved);
}
