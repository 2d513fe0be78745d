namespace Tour.Display;

/// <summary>Calls back at an interval while a task runs.</summary>
internal static class Ticker
{
    /// <summary>Ticks until the task has ended, and once more then; ends as the task ends.</summary>
    public static async Task WhileAsync(Task work, TimeSpan interval, Action tick)
    {
        using var timer = new PeriodicTimer(interval);
        Task stopping = StopAfterAsync(work, timer);
        while (await timer.WaitForNextTickAsync()) tick();
        tick();
        await stopping;
        await work;
    }

    private static async Task StopAfterAsync(Task work, PeriodicTimer timer)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        timer.Dispose();
    }
}
