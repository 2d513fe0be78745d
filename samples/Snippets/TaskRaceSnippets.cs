using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class TaskRaceSnippets
{
    [Fact]
    public async Task TheFirstMirrorThatAnswers_Wins()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region task-race
        string index = await TaskRace.FirstSuccessAsync<string>(
            [
                token => LoadIndexAsync("https://a.example.org", token),
                token => LoadIndexAsync("https://b.example.org", token),
            ],
            cancellationToken: cancellationToken);
        #endregion

        Assert.Equal("the index of https://b.example.org", index);

        static async ValueTask<string> LoadIndexAsync(string mirror, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (mirror.Contains("a.", StringComparison.Ordinal)) throw new IOException("no answer");
            return $"the index of {mirror}";
        }
    }

    [Fact]
    public Task AHedgedRequest_IsSentAgain_WhenTheFirstTakesLong() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken cancellationToken = CancellationToken.None;
        TimeProvider timeProvider = env.Time;
        var sent = 0;

        #region task-race-hedged
        int answer = await TaskRace.StaggeredAsync<int>(
            [AskAsync, AskAsync],
            delay: TimeSpan.FromMilliseconds(200), // nine of ten requests take less
            new TaskRaceOptions { TimeProvider = timeProvider },
            cancellationToken);
        #endregion

        Assert.Equal(2, answer);
        Assert.Equal(TimeSpan.FromMilliseconds(250), env.Elapsed);

        async ValueTask<int> AskAsync(CancellationToken token)
        {
            int number = ++sent;
            await Task.Delay(TimeSpan.FromMilliseconds(number is 1 ? 10_000 : 50), env.Time, token);
            return number;
        }
    });
}
