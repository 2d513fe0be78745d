using AsyncKit.Testing.Tests.Running;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>The promise that each run takes the same steps.</summary>
[Collection(typeof(Alone))]
public class SameStepsTests
{
    [Fact]
    public async Task MixedWork_TakesTheSameSteps_InEachRun()
    {
        int runs = LongSuite.Count(usual: 100, full: 1_000);
        var traces = new Dictionary<string, int>(StringComparer.Ordinal);

        for (var i = 0; i < runs; i++)
        {
            await AsyncTest.RunAsync(async env =>
            {
                await MixedWork.RunAsync(env);
                string trace = string.Join('\n', env.Trace);
                traces[trace] = traces.GetValueOrDefault(trace) + 1;
            });
        }

        Assert.Equal([runs], traces.Values);
    }
}
