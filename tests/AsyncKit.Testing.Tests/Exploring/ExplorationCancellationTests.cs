namespace AsyncKit.Testing.Tests.Exploring;

public class ExplorationCancellationTests
{
    [Theory(Timeout = 20_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ExplorationOfATestThatNeverWaits_CanBeCancelled(bool comparesRuns)
    {
        using var cancellation = new CancellationTokenSource();
        var options = new ExploreOptions { Schedules = int.MaxValue };
        var runs = 0;

        Task exploration = comparesRuns
            ? AsyncTest.CheckDeterminismAsync(BodyAsync, options, cancellation.Token)
            : AsyncTest.ExploreAsync(BodyAsync, options, cancellation.Token);

        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exploration);
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.InRange(runs, 10, 11);

        Task BodyAsync(TestEnv env)
        {
            CancelAtTheTenth();
            return Task.CompletedTask;
        }

        void CancelAtTheTenth()
        {
            if (++runs is 10) cancellation.Cancel();
        }
    }
}
