using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncBarrierSnippets
{
    [Fact]
    public Task Neighbours_TakeEachStepTogether() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> saved = [];

        async ValueTask SaveAsync(double[] state, CancellationToken token)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1), token);
            saved.Add(string.Join(' ', state));
        }

        #region async-barrier
        double[] heat = [0, 30, 60];
        double[] next = new double[heat.Length];

        // Between two steps, when all have computed and nobody computes yet, the new state takes the place of the old.
        var steps = new AsyncBarrier(
            heat.Length,
            async (step, token) =>
            {
                next.CopyTo(heat, 0);
                await SaveAsync(heat, token);
            },
            name: "steps");

        async Task SimulateAsync(int cell)
        {
            for (var step = 0; step < 2; step++)
            {
                int left = (cell + 2) % 3, right = (cell + 1) % 3;
                next[cell] = (heat[left] + heat[right]) / 2;
                await steps.SignalAndWaitAsync(cancellationToken);
            }
        }

        await Task.WhenAll(SimulateAsync(0), SimulateAsync(1), SimulateAsync(2));
        #endregion

        Assert.Equal(["45 30 15", "22.5 30 37.5"], saved);
    });

    #region async-barrier-too-many
    [Fact]
    public async Task AParticipantThatArrivesInsideTheAction_IsRefused()
    {
        AsyncBarrier? rounds = null;
        rounds = new AsyncBarrier(1, async (_, token) => await rounds!.SignalAndWaitAsync(token));

        var fault = await Assert.ThrowsAsync<BarrierPostPhaseException>(() => rounds.SignalAndWaitAsync().AsTask());

        Assert.IsType<InvalidOperationException>(fault.InnerException);
    }
    #endregion
}
