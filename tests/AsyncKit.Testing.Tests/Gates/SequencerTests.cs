namespace AsyncKit.Testing.Tests.Gates;

public class SequencerTests
{
    private readonly Sequencer _sequencer = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Steps_HappenInOrder_WhateverTheOrderOfTheCalls()
    {
        List<int> order = [];

        await Task.WhenAll(DoAsync(3), DoAsync(1), DoAsync(4), DoAsync(0), DoAsync(2));

        Assert.Equal([0, 1, 2, 3, 4], order);

        async Task DoAsync(int number)
        {
            using Sequencer.Lease step = await _sequencer.StepAsync(number, TestToken);
            order.Add(number);
            await Task.Yield();
            Assert.Equal(number, order[^1]);
        }
    }

    [Fact]
    public async Task Step_BeginsWhenTheOneBeforeHasEnded()
    {
        Sequencer.Lease first = await _sequencer.StepAsync(0, TestToken);
        Task<Sequencer.Lease> second = _sequencer.StepAsync(1, TestToken).AsTask();

        Assert.False(second.IsCompleted);
        first.Dispose();

        (await second).Dispose();
        Assert.True(_sequencer.StepAsync(2, TestToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task EndingAStepTwice_EndsItOnce()
    {
        Sequencer.Lease first = await _sequencer.StepAsync(0, TestToken);
        first.Dispose();
        Sequencer.Lease second = await _sequencer.StepAsync(1, TestToken);

        first.Dispose();
        default(Sequencer.Lease).Dispose();

        ValueTask<Sequencer.Lease> third = _sequencer.StepAsync(2, TestToken);
        Assert.False(third.IsCompleted);
        second.Dispose();
        await third;
    }

    [Fact]
    public async Task ANumberUsedTwice_Throws()
    {
        (await _sequencer.StepAsync(0, TestToken)).Dispose();
        _ = _sequencer.StepAsync(2, TestToken).AsTask();

        Assert.Throws<InvalidOperationException>(() => { _ = _sequencer.StepAsync(0, TestToken).AsTask(); });
        InvalidOperationException thrown =
            Assert.Throws<InvalidOperationException>(() => { _ = _sequencer.StepAsync(2, TestToken).AsTask(); });

        Assert.Equal("Step 2 was used before: each number is for one step.", thrown.Message);
        Assert.Throws<ArgumentOutOfRangeException>("number", () => { _ = _sequencer.StepAsync(-1).AsTask(); });
    }

    [Fact]
    public async Task CancelledWait_FailsTheLaterSteps_AndLeavesTheEarlierOnes()
    {
        using var caller = new CancellationTokenSource();
        Sequencer.Lease first = await _sequencer.StepAsync(0, TestToken);
        Task<Sequencer.Lease> second = _sequencer.StepAsync(1, TestToken).AsTask();
        Task<Sequencer.Lease> third = _sequencer.StepAsync(2, caller.Token).AsTask();
        Task<Sequencer.Lease> fourth = _sequencer.StepAsync(3, TestToken).AsTask();

        await caller.CancelAsync();

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        InvalidOperationException broken = await Assert.ThrowsAsync<InvalidOperationException>(() => fourth);
        Assert.Equal("Step 3 cannot happen: the wait for step 2 was cancelled.", broken.Message);
        Assert.Throws<InvalidOperationException>(() => { _ = _sequencer.StepAsync(4, TestToken).AsTask(); });
        Assert.True(_sequencer.IsBroken);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task CancelledBeforeTheCall_BreaksTooEvenWhenItIsTheNext()
    {
        Task<Sequencer.Lease> second = _sequencer.StepAsync(1, TestToken).AsTask();

        ValueTask<Sequencer.Lease> first = _sequencer.StepAsync(0, new CancellationToken(canceled: true));

        Assert.True(first.IsCanceled);
        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
    }

    [Fact]
    public async Task Break_FailsTheStepsToCome_AndLetsTheRunningOneEnd()
    {
        Sequencer.Lease running = await _sequencer.StepAsync(0, TestToken);
        Task<Sequencer.Lease> waiting = _sequencer.StepAsync(2, TestToken).AsTask();

        _sequencer.Break("the writer gave up");

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        Assert.Equal("Step 2 cannot happen: the writer gave up.", thrown.Message);
        running.Dispose();
        Assert.Throws<InvalidOperationException>(() => { _ = _sequencer.StepAsync(1, TestToken).AsTask(); });
    }

    [Fact]
    public void Break_BeforeTheFirstStep_LeavesNone()
    {
        _sequencer.Break();

        Assert.Throws<InvalidOperationException>(() => { _ = _sequencer.StepAsync(0, TestToken).AsTask(); });
    }

    [Fact]
    public async Task AStepThatThrows_HasEnded()
    {
        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            using Sequencer.Lease step = await _sequencer.StepAsync(0, TestToken);
            throw new FormatException();
        });

        Assert.True(_sequencer.StepAsync(1, TestToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task ManySteps_AskedForBackwards_AllHappen()
    {
        const int Steps = 20_000;
        var last = -1;

        await Task.WhenAll(Enumerable.Range(0, Steps).Reverse().Select(DoAsync));

        Assert.Equal(Steps - 1, last);

        async Task DoAsync(int number)
        {
            using Sequencer.Lease step = await _sequencer.StepAsync(number, TestToken);
            Assert.Equal(last + 1, number);
            last = number;
        }
    }
}
