using AsyncKit.Testing.Tests.Running;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>Explorations side by side, which all make and complete tasks: the runtime keeps those of the process behind
/// one lock.</summary>
[Collection(typeof(Alone))]
public class ParallelExplorationsTests
{
    [Fact]
    public async Task WorkThatCrossesThePool_IsTheSameEachTime_InEachOfThem()
    {
        int schedules = LongSuite.Count(usual: 60, full: 300);
        var options = new ExploreOptions { Schedules = schedules, Budget = Timeout.InfiniteTimeSpan };

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => AsyncTest.CheckDeterminismAsync(MixedWork.RunAsync, options))));
    }
}
