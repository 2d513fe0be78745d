using AsyncKit.Concurrency;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What holds in every order that an exploration comes to.</summary>
[Collection(typeof(Alone))]
public class EventLoopExploredTests
{
    private static readonly ExploreOptions _options = new() { Schedules = 100 };

    [Fact]
    public Task Work_IsTakenOrRefused_ButNeverLost() => AsyncTest.ExploreAsync(
        async env =>
        {
            EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = env.Time });
            Task giving = Task.Run(async () =>
            {
                try
                {
                    await loop.RunAsync(static _ => default(ValueTask));
                }
                catch (ObjectDisposedException)
                {
                    // Refused.
                }
            });

            await loop.CompleteAsync();
            await giving;
        },
        _options);

    [Fact]
    public Task WorkThatIsCancelledAnywhere_HasBegunAndEnded_OrNeither() => AsyncTest.CancelEverywhereAsync(
        static async (env, token) =>
        {
            EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = env.Time });
            int begun = 0, ended = 0;
            try
            {
                await loop.RunAsync(
                    async token =>
                    {
                        begun++;
                        try
                        {
                            await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
                            await Task.Yield();
                        }
                        finally
                        {
                            ended++;
                        }
                    },
                    cancellationToken: token);
            }
            finally
            {
                await loop.CompleteAsync();
                Assert.Equal(begun, ended);
            }
        });

    [Fact]
    public Task TheLastAsyncVoidMethod_ThatEndsElsewhere_WakesTheLoop() => AsyncTest.ExploreAsync(
        static async _ =>
        {
            EventLoop loop = EventLoop.Start(new EventLoopOptions { Grace = Timeout.InfiniteTimeSpan });
            var ended = 0;
            loop.Post(() =>
            {
                for (var i = 0; i < 2; i++)
                    VoidMethod.Start(Task.Run(static () => { }), () => Interlocked.Increment(ref ended));
            });

            await loop.CompleteAsync();

            Assert.Equal(2, ended);
        },
        _options);
}
