using AsyncKit.Errors;

namespace AsyncKit.Tests.Errors;

public class SettledTests
{
    private static readonly InvalidOperationException _fault = new("broken");

    [Fact]
    public async Task CaptureAsync_OfAValue_Succeeds()
    {
        Settled<int> settled = await Settled.CaptureAsync(async _ =>
        {
            await Task.Yield();
            return 7;
        });

        Assert.True(settled.IsCompletedSuccessfully);
        Assert.False(settled.IsFaulted);
        Assert.False(settled.IsCanceled);
        Assert.Equal(7, settled.Value);
        Assert.True(settled.TryGetValue(out int value));
        Assert.Equal(7, value);
        Assert.Null(settled.Exception);
        Assert.Equal("Succeeded: 7", settled.ToString());
    }

    [Fact]
    public async Task CaptureAsync_OfAFault_KeepsIt_AlsoWhenThrownBeforeTheFirstAwait()
    {
        Settled<int> late = await Settled.CaptureAsync<int>(async _ =>
        {
            await Task.Yield();
            throw _fault;
        });
        Settled<int> early = await Settled.CaptureAsync(new Func<CancellationToken, ValueTask<int>>(_ => throw _fault));

        Assert.All([late, early], settled =>
        {
            Assert.True(settled.IsFaulted);
            Assert.Same(_fault, settled.Exception);
            Assert.Same(_fault, Assert.Throws<InvalidOperationException>(() => settled.Value));
            Assert.False(settled.TryGetValue(out _));
            Assert.Equal("Faulted: broken", settled.ToString());
        });
    }

    [Fact]
    public async Task Value_OfAFault_ThrowsWithTheStackOfTheFirstThrow()
    {
        Settled<int> settled = await Settled.CaptureAsync(
            new Func<CancellationToken, ValueTask<int>>(_ => ThrowDeepDownAsync()));

        string[] stacks = [.. Enumerable.Range(0, 3).Select(_ => ReadStack())];

        Assert.Contains(nameof(ThrowDeepDownAsync), stacks[0], StringComparison.Ordinal);
        Assert.Single(stacks.Distinct());

        string ReadStack() => Assert.Throws<InvalidOperationException>(() => settled.Value).StackTrace!;

        static ValueTask<int> ThrowDeepDownAsync() => throw new InvalidOperationException("deep");
    }

    [Fact]
    public async Task CaptureAsync_OfACancellationTheCallerAskedFor_IsCanceled_WhateverTokenItCarries()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        Settled<int> settled = await Settled.CaptureAsync<int>(
            async token =>
            {
                using var linked = CancellationTokenSource.CreateLinkedTokenSource(token);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, linked.Token);
                return 1;
            },
            caller.Token);

        Assert.True(settled.IsCanceled);
        Assert.IsAssignableFrom<OperationCanceledException>(settled.Exception);
        Assert.ThrowsAny<OperationCanceledException>(() => settled.Value);
        Assert.Equal("Canceled", settled.ToString());
    }

    [Fact]
    public async Task CaptureAsync_OfACancellationNobodyAskedFor_IsAFault()
    {
        Settled settled = await Settled.CaptureAsync(
            new Func<CancellationToken, ValueTask>(_ => throw new OperationCanceledException("mine")),
            CancellationToken.None);

        Assert.True(settled.IsFaulted);
        Assert.False(settled.IsCanceled);
    }

    [Fact]
    public async Task CaptureAsync_TakesTaskMethodsToo()
    {
        Settled<string> value = await Settled.CaptureAsync(ReadAsync, CancellationToken.None);
        Settled done = await Settled.CaptureAsync(WorkAsync, CancellationToken.None);

        Assert.Equal("text", value.Value);
        Assert.Equal(Settled.Success, done);

        static Task<string> ReadAsync(CancellationToken cancellationToken) => Task.FromResult("text");
        static Task WorkAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [Fact]
    public async Task CaptureAsync_WithoutAValue_KnowsAllThreeEnds()
    {
        Settled success = await Settled.CaptureAsync(static async _ => await Task.Yield());
        Settled fault = await Settled.CaptureAsync(static async _ =>
        {
            await Task.Yield();
            throw new InvalidOperationException("broken");
        });
        Settled canceled = await Settled.CaptureAsync(
            static token => ValueTask.FromCanceled(token), new CancellationToken(canceled: true));

        Assert.True(success.IsCompletedSuccessfully);
        Assert.Null(success.Exception);
        Assert.True(fault.IsFaulted);
        Assert.Equal("Faulted: broken", fault.ToString());
        Assert.True(canceled.IsCanceled);
    }

    [Fact]
    public void Default_IsNoneOfTheThreeEnds()
    {
        Settled<int> ofInt = default;
        Settled plain = default;

        Assert.False(ofInt.IsCompletedSuccessfully || ofInt.IsFaulted || ofInt.IsCanceled);
        Assert.False(plain.IsCompletedSuccessfully || plain.IsFaulted || plain.IsCanceled);
        Assert.False(ofInt.TryGetValue(out _));
        Assert.Throws<InvalidOperationException>(() => ofInt.Value);
        Assert.Equal("Unsettled", plain.ToString());
    }

    [Fact]
    public void EqualOutcomes_AreEqual()
    {
        Assert.Equal(Settled.FromValue("a"), Settled.FromValue("a"));
        Assert.NotEqual(Settled.FromValue("a"), Settled.FromValue("b"));
        Assert.Equal(Settled.FromException<int>(_fault), Settled.FromException<int>(_fault));
        Assert.NotEqual(Settled.FromException(_fault), Settled.Success);
        Assert.NotEqual(Settled.FromCanceled(new OperationCanceledException()), default);
        Assert.True(Settled.FromCanceled<int>(new OperationCanceledException()).IsCanceled);
    }
}
