using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>A race against a limit whose timer nobody stops: it goes on when the test has ended.</summary>
internal static class Leak
{
    public static Task<Finding> ShowAsync() => FailingTest.RunAsync(
        async env =>
        {
            Task answer = env.DelayAsync(TimeSpan.FromSeconds(1));
            Task limit = Task.Delay(TimeSpan.FromSeconds(30), env.Time);
            await Task.WhenAny(answer, limit);
        },
        AsyncTestFailure.Leak,
        mention: "timer of Task.Delay, due at 00:00:30");
}
