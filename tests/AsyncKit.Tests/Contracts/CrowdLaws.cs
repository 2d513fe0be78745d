using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Very many waiters: no deep stack, and no time that grows with their square.</summary>
[Collection(typeof(Alone))]
public class CrowdLaws
{
    private const int Crowd = 100_000;
    private const int Few = 2_000;
    private const int TenTimesAsMany = 10 * Few;

    // Linear is 10, quadratic 100; in between is what others of the machine do meanwhile.
    private const int MostTimesAsLong = 40;

    // But for what time gives back: each of the threads would move the clock.
    [Theory, EachWaitable(Without = Traits.Timed)]
    public void AHundredThousand_LetEachOtherGo_OnASmallStack(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        using var end = new ManualResetEventSlim();
        var left = Crowd;
        for (var i = 0; i < Crowd; i++) _ = PassOnAsync();

        SmallStack.Run(taken.LetGo, end);

        Assert.Equal(0, left);

        async Task PassOnAsync()
        {
            Grant grant = await taken.WaitAsync().ConfigureAwait(false);
            taken.EndUse(grant);
            if (Interlocked.Decrement(ref left) is 0) end.Set();
        }
    }

    [Theory, EachWaitable]
    public void TwentyThousand_LetEachOtherGo_InOneContextWithASmallStack(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        using var end = new ManualResetEventSlim();
        var left = TenTimesAsMany;

        SmallStack.Run(
            () =>
            {
                for (var i = 0; i < TenTimesAsMany; i++) _ = PassOnAsync();
                taken.LetGo();
            },
            end);

        Assert.Equal(0, left);

        async Task PassOnAsync()
        {
            Grant grant = await taken.WaitAsync();
            taken.EndUse(grant);
            if (--left is 0) end.Set();
        }
    }

    [Theory, EachWaitable]
    public void TwentyThousand_AreCancelledInLinearTime_FromEitherEnd(string name)
    {
        foreach (bool isLastFirst in (bool[])[true, false])
        {
            foreach (Form form in (Form[])[Form.Plain, Form.Trying])
            {
                // The best of many against the mean of few: what the machine does besides makes both longer.
                double ratio = double.MaxValue;
                TimeSpan few = TimeSpan.Zero;
                TimeSpan many = TimeSpan.MaxValue;
                for (var attempt = 1; attempt <= 10 && ratio > MostTimesAsLong; attempt++)
                {
                    few += TimeToCancel(name, form, isLastFirst, Few);
                    TimeSpan time = TimeToCancel(name, form, isLastFirst, TenTimesAsMany);
                    many = time < many ? time : many;
                    ratio = many / (few / attempt);
                }

                Assert.True(ratio < MostTimesAsLong, $"Ten times as many took {ratio:0} times as long ({form}).");
            }
        }
    }

    private static TimeSpan TimeToCancel(string name, Form form, bool isLastFirst, int count)
    {
        Waitable taken = Waitables.CreateTaken(name);
        CancellationTokenSource[] sources =
            [.. Enumerable.Range(0, count).Select(static _ => new CancellationTokenSource())];
        foreach ((int i, CancellationTokenSource source) in sources.Index())
            _ = taken.WaitAsync(form, TimeSpan.FromMinutes(1 + (i * 7919 % count)), source.Token);
        if (isLastFirst) Array.Reverse(sources);

        long start = TimeProvider.System.GetTimestamp();
        foreach (CancellationTokenSource source in sources) source.Cancel();
        TimeSpan time = TimeProvider.System.GetElapsedTime(start);

        if (taken.Has(Traits.Counts)) Assert.Equal(0, taken.WaiterCount);
        foreach (CancellationTokenSource source in sources) source.Dispose();
        return time;
    }
}
