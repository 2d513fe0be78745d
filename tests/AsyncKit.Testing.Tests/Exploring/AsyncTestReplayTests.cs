using System.Buffers.Text;
using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

public class AsyncTestReplayTests
{
    // Of the bytes of a token, one is for the kinds of choices, one for the cancellation and one is the check sum; a
    // choice between fewer than 16 ways takes one.
    private const int OtherBytes = 3;

    [Fact]
    public async Task AShrunkFailure_HasFewChoices_AndReplaysEachTime()
    {
        foreach (ulong seed in LongSuite.Seeds)
        {
            var found = await FoundAsync(FiveAlternations.BuggyAsync, seed);
            int choices = Base64Url.DecodeFromChars(found.Token.AsSpan("AK1-".Length)).Length - OtherBytes;
            Assert.InRange(choices, 1, 8);
        }

        string token = (await FoundAsync(FiveAlternations.BuggyAsync)).Token!;
        for (var i = 0; i < 500; i++)
        {
            var replayed = await Assert.ThrowsAsync<AsyncTestException>(
                () => AsyncTest.ReplayAsync(token, FiveAlternations.BuggyAsync));
            Assert.IsType<IndexOutOfRangeException>(replayed.InnerException);
            Assert.Equal(token, replayed.Token);
        }
    }

    [Fact]
    public async Task AReplayOfTheCorrectTwin_Passes()
    {
        string token = (await FoundAsync(LateWorker.BuggyAsync)).Token!;

        await AsyncTest.ReplayAsync(token, LateWorker.CorrectAsync);
    }

    [Fact]
    public async Task ATokenOfAnotherTest_IsRefusedWithTheStep()
    {
        string token = (await FoundAsync(FiveAlternations.BuggyAsync)).Token!;

        var refused = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(token, LateWorker.BuggyAsync));

        Assert.Equal(AsyncTestFailure.Diverged, refused.Failure);
        Assert.StartsWith("The replay diverged at step 1: choice 1 of ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("is between 8 ways, and was between 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenOfALongerTest_IsRefusedAtTheEnd()
    {
        string token = (await FoundAsync(FiveAlternations.BuggyAsync)).Token!;

        var refused = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(token, static async env => await env.YieldAsync()));

        Assert.Equal(AsyncTestFailure.Diverged, refused.Failure);
        Assert.Contains("at step 2: it ended after 0 of ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATokenOfACancelledTest_GivenABodyThatIsNotCancelled_IsRefused()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.CancelEverywhereAsync((env, token) => BodyAsync(env, isHarmless: false, token)))).Token!;

        var refused = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(token, static env => BodyAsync(env, isHarmless: true, CancellationToken.None)));
        await AsyncTest.ReplayAsync(token, static (env, token) => BodyAsync(env, isHarmless: true, token));

        Assert.Equal(AsyncTestFailure.Diverged, refused.Failure);
        Assert.Contains("it was not cancelled", refused.Message, StringComparison.Ordinal);

        static async Task BodyAsync(TestEnv env, bool isHarmless, CancellationToken cancellationToken)
        {
            await env.YieldAsync();
            if (cancellationToken.IsCancellationRequested && !isHarmless) throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task ATokenOfAFault_ThatTheTestDoesNotComeTo_IsRefused()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.FailEverywhereAsync(static env => BodyAsync(env, faults: 2)))).Token!;

        var refused = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(token, static env => BodyAsync(env, faults: 1)));

        Assert.Equal(AsyncTestFailure.Diverged, refused.Failure);
        Assert.Contains("it did not come to its fault 2, but to 1.", refused.Message, StringComparison.Ordinal);

        static Task BodyAsync(TestEnv env, int faults)
        {
            env.FaultPoint("first");
            try
            {
                if (faults > 1) env.FaultPoint("second");
                return Task.CompletedTask;
            }
            catch (IOException e)
            {
                return Task.FromException(new InvalidDataException(e.Message));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AK1-")]
    [InlineData("AK1-AA")]
    [InlineData("AK1-AAAA")]
    [InlineData("AK1-_____w")]
    [InlineData("AK1-no token!")]
    [InlineData("a token")]
    public void AGarbledToken_IsRefusedAtTheCall(string token)
    {
        var thrown = Assert.Throws<ArgumentException>(
            () => { _ = AsyncTest.ReplayAsync(token, static _ => Task.CompletedTask); });

        Assert.Equal("token", thrown.ParamName);
        Assert.Contains($"'{token}'", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ExploreOptions { Tokens = [token] });
    }

    [Fact]
    public async Task ATokenThatWasCutOrMixedUp_IsRefused()
    {
        string token = (await FoundAsync(FiveAlternations.BuggyAsync)).Token!;

        for (var length = 0; length < token.Length; length++) AssertIsRefused(token[..length]);
        AssertIsRefused(token + "A");
        AssertIsRefused(token.ToLowerInvariant());

        static void AssertIsRefused(string token) => Assert.Throws<ArgumentException>(
            () => { _ = AsyncTest.ReplayAsync(token, FiveAlternations.BuggyAsync); });
    }

    [Fact]
    public async Task ATokenOfAChoiceBetweenManyWays_IsReplayed()
    {
        var found = await FoundAsync(PickAsync);

        var replayed = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(found.Token!, PickAsync));

        Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);

        static Task PickAsync(TestEnv env)
        {
            int page = env.Choose(1_000);
            return page < 200 ? Task.CompletedTask : throw new InvalidDataException($"There is no page {page}.");
        }
    }

    private static Task<AsyncTestException> FoundAsync(Func<TestEnv, Task> body, ulong seed = 1) =>
        Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(body, new ExploreOptions { Seed = seed }));
}
