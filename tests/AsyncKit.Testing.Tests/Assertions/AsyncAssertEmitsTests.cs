using System.Runtime.CompilerServices;

namespace AsyncKit.Testing.Tests.Assertions;

public class AsyncAssertEmitsTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private bool _isDisposed;

    [Fact]
    public Task ValuesAtTheirTimes_Pass() => AsyncTest.RunAsync(async env =>
    {
        await AsyncAssert.EmitsAsync(
            CountAsync(env, upTo: 3), (_second, 1), (2 * _second, 2), (3 * _second, 3));
        await AsyncAssert.EmitsAsync(AsyncEnumerable.Empty<string?>());

        Assert.Equal(3 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
        Assert.True(_isDisposed);
    });

    [Fact]
    public Task AWrongTimeOrValue_IsMarkedInTheTable() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.EmitsAsync(
            TextsAsync(env), (_second, "a"), (2.5 * _second, "b"), (3 * _second, "see")));

        Assert.StartsWith(
            """
            The stream did not emit what it should:
                expected               actual
                00:00:01  "a"          00:00:01  "a"
              > 00:00:02.5000000  "b"  00:00:02  "b"
              > 00:00:03  "see"        00:00:03  "c"
                completes              00:00:03  completes
            At virtual time 
            """,
            failure.Message,
            StringComparison.Ordinal);
    });

    [Fact]
    public Task TooFewValues_AreShown() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(
            () => AsyncAssert.EmitsAsync(CountAsync(env, upTo: 1), (_second, 1), (2 * _second, 2)));

        Assert.StartsWith(
            """
            The stream did not emit what it should:
                expected     actual
                00:00:01  1  00:00:01  1
              > 00:00:02  2  00:00:01  completes
              > completes
            """,
            failure.Message,
            StringComparison.Ordinal);
    });

    [Fact]
    public Task TooManyValues_EndIt_AndTheStreamIsDisposedOf() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(
            () => AsyncAssert.EmitsAsync(CountAsync(env, upTo: int.MaxValue), (_second, 1)));

        Assert.StartsWith(
            """
            The stream did not emit what it should:
                expected     actual
                00:00:01  1  00:00:01  1
              > completes    00:00:02  2
              >              goes on
            """,
            failure.Message,
            StringComparison.Ordinal);
        Assert.True(_isDisposed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task AStreamThatDoesNotComplete_IsCancelledAndDisposedOf() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(
            () => AsyncAssert.EmitsAsync(CountAsync(env, upTo: 5, every: 9 * _second), (9 * _second, 1)));
        AsyncTestException pending = await FailureOfAsync(
            () => AsyncAssert.EmitsAsync(CountAsync(env, upTo: 5, every: 11 * _second)));

        Assert.Contains("> completes    00:00:18  2", failure.Message, StringComparison.Ordinal);
        Assert.Contains("> completes  still waits at 00:00:10", pending.Message, StringComparison.Ordinal);
        Assert.True(_isDisposed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task AStreamThatFails_IsShown_WithItsException() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.EmitsAsync(FailAsync(env), (_second, 1)));

        Assert.Contains(
            "> completes    00:00:02  throws IOException\nIOException: broken pipe",
            failure.Message,
            StringComparison.Ordinal);
        Assert.IsType<IOException>(failure.InnerException);
    });

    [Fact]
    public Task TimesOutOfOrder_AreRefusedAtTheCall() => AsyncTest.RunAsync(env =>
    {
        Assert.Throws<ArgumentException>("expected", () =>
        {
            _ = AsyncAssert.EmitsAsync(CountAsync(env, upTo: 2), (2 * _second, 1), (_second, 2));
        });
        return Task.CompletedTask;
    });

    [Fact]
    public void OutsideOfATest_ItIsRefusedAtTheCall()
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => { _ = AsyncAssert.EmitsAsync(AsyncEnumerable.Empty<int>()); });

        Assert.Contains("AsyncTest.RunAsync", refused.Message, StringComparison.Ordinal);
    }

    private async IAsyncEnumerable<int> CountAsync(
        TestEnv env,
        int upTo,
        TimeSpan? every = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            for (var i = 1; i <= upTo; i++)
            {
                await env.DelayAsync(every ?? _second, cancellationToken);
                yield return i;
            }
        }
        finally
        {
            _isDisposed = true;
        }
    }

    private static async IAsyncEnumerable<string> TextsAsync(TestEnv env)
    {
        foreach (string text in (string[])["a", "b", "c"])
        {
            await env.DelayAsync(_second);
            yield return text;
        }
    }

    private static async IAsyncEnumerable<int> FailAsync(TestEnv env)
    {
        await env.DelayAsync(_second);
        yield return 1;
        await env.DelayAsync(_second);
        throw new IOException("broken pipe");
    }

    private static Task<AsyncTestException> FailureOfAsync(Func<Task> assertion) =>
        Assert.ThrowsAsync<AsyncTestException>(assertion);
}
