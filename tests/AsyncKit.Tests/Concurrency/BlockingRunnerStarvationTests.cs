using System.Diagnostics;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What the runner is for, in a process of its own, whose pool may be blocked.</summary>
public class BlockingRunnerStarvationTests
{
    [Fact(Timeout = 60_000)]
    public async Task CallsThatWouldStarveThePool_LeaveItFree_OnARunner()
    {
        using Process child = ChildProgram.Start("starvation");

        Assert.Equal("runner: other work begins", await ChildProgram.ReadLineAsync(child));
        Assert.Equal("pool: starved", await ChildProgram.ReadLineAsync(child));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, child.ExitCode);
    }
}
