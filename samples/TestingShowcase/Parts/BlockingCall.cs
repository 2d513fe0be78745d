using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>A synchronous method that blocks for an asynchronous one: found where it stands.</summary>
internal static class BlockingCall
{
    public static Task<Finding> ShowAsync() => FailingTest.RunAsync(
        env =>
        {
            Total(env.Time);
            return Task.CompletedTask;
        },
        AsyncTestFailure.BlockingCall,
        mention: ["Task.Result", "BlockingCall.Total in BlockingCall.cs:line "]);

    private static int Total(TimeProvider time) => LoadTotalAsync(time).Result;

    private static async Task<int> LoadTotalAsync(TimeProvider time)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), time);
        return 17;
    }
}
