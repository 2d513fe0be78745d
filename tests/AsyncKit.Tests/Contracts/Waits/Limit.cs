namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>No wait of a law lasts for ever.</summary>
internal static class Limit
{
    /// <summary>Much longer than anything takes, so that it means that something hangs.</summary>
    public static TimeSpan Long { get; } = TimeSpan.FromSeconds(20);

    public static Task OfAsync(Task task) => task.WaitAsync(Long, TestContext.Current.CancellationToken);

    public static Task<T> OfAsync<T>(Task<T> task) => task.WaitAsync(Long, TestContext.Current.CancellationToken);

    /// <summary>Waits until something is so that another thread is just about to bring about.</summary>
    public static void Until(Func<bool> condition) =>
        Assert.True(SpinWait.SpinUntil(condition, Long), "It took too long.");
}
