using System.Reflection;

namespace AsyncKit.Testing.Tests.Faults;

public class ChaosTests
{
    private static readonly ChaosPlan _all = new() { Kinds = ChaosKinds.All };

    public static TheoryData<string> Calls => [.. ShopCall.All.Keys];

    public static TheoryData<string> AwaitedCalls =>
        [.. ShopCall.All.Keys.Where(name => name.EndsWith("Async", StringComparison.Ordinal))];

    public static TheoryData<string> OtherCalls =>
        [.. ShopCall.All.Keys.Where(name => !name.EndsWith("Async", StringComparison.Ordinal))];

    public static TheoryData<string> RepeatableCalls =>
        [.. ShopCall.All.Keys.Where(name => name is not nameof(IShop.ListAsync))];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task OutsideOfATest_CallsArePassedOn(string call)
    {
        var inner = new Shop();

        await ShopCall.All[call](Chaos.Around<IShop>(inner, _all), TestContext.Current.CancellationToken);

        Assert.Equal(1, inner.Effects);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public Task InATestWithoutExploration_CallsArePassedOn(string call) => AsyncTest.RunAsync(async env =>
    {
        var inner = new Shop();

        await ShopCall.All[call](Chaos.Around<IShop>(inner, _all), TestContext.Current.CancellationToken);

        Assert.Equal(1, inner.Effects);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Fail_HappensBeforeOrAfterTheEffect(string call)
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.FailBefore | ChaosKinds.FailAfter };

        Assert.Equal(
            ["done once", "failed after it was done once", "failed, and nothing was done"],
            await OutcomesAsync(call, plan));
    }

    [Theory]
    [MemberData(nameof(RepeatableCalls))]
    public async Task Duplicate_MakesTheCallTwice(string call) => Assert.Equal(
        ["done 2 times", "done once"], await OutcomesAsync(call, new ChaosPlan { Kinds = ChaosKinds.Duplicate }));

    [Fact]
    public async Task Duplicate_IsNotForAsyncStreams() => Assert.Equal(
        ["done once"],
        await OutcomesAsync(nameof(IShop.ListAsync), new ChaosPlan { Kinds = ChaosKinds.Duplicate }));

    [Theory]
    [MemberData(nameof(AwaitedCalls))]
    public async Task Delay_TakesItsTime_OnTheClockOfTheTest(string call)
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.Delay, Delay = TimeSpan.FromSeconds(7) };

        Assert.Equal(["done once", "done once at 00:00:07"], await OutcomesAsync(call, plan));
    }

    [Theory]
    [InlineData(nameof(IShop.OrderAsync))]
    [InlineData(nameof(IShop.CloseAsync))]
    [InlineData(nameof(IShop.ListAsync))]
    public async Task HangUntilCancelled_EndsWithTheToken_AndNothingIsDone(string call)
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.HangUntilCancelled };

        Assert.Equal(
            ["cancelled at 00:01:00, and nothing was done", "done once"],
            await OutcomesAsync(call, plan, cancelAfter: TimeSpan.FromMinutes(1)));
        Assert.Equal(["done once"], await OutcomesAsync(call, plan));
    }

    [Theory]
    [MemberData(nameof(OtherCalls))]
    public async Task CallsThatAreNotAwaited_NeitherTakeTimeNorHang(string call)
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.Delay | ChaosKinds.HangUntilCancelled };

        Assert.Equal(
            ["done once"], await OutcomesAsync(call, plan, cancelAfter: TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(nameof(IShop.OrderAsync))]
    [InlineData(nameof(IShop.ListAsync))]
    public async Task Delay_EndsWithTheToken(string call)
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.Delay };

        Assert.Equal(
            ["cancelled at 00:00:30, and nothing was done", "done once"],
            await OutcomesAsync(call, plan, cancelAfter: TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task FaultOfTheObjectInside_ComesThroughAsItIs_WhateverHappens(string call)
    {
        var fault = new InvalidDataException("out of stock");
        var plan = new ChaosPlan { Kinds = ChaosKinds.All & ~ChaosKinds.FailBefore };

        await ExploreAsync(async _ =>
        {
            IShop shop = Chaos.Around<IShop>(new Shop { Fault = fault }, plan);
            Assert.Same(
                fault, await Assert.ThrowsAsync<InvalidDataException>(() => ShopCall.All[call](shop, default)));
        });
    }

    [Fact]
    public async Task Faults_HappenEachOfThem()
    {
        var plan = new ChaosPlan
        {
            Kinds = ChaosKinds.FailBefore,
            Faults = [new InvalidDataException("one"), new TimeoutException("two")],
        };
        HashSet<string> thrown = [];

        await ExploreAsync(async _ =>
        {
            Exception? fault = await Record.ExceptionAsync(() => Chaos.Around<IShop>(new Shop(), plan).DeliverAsync());
            thrown.Add(fault?.Message ?? "none");
        });

        Assert.Equal(["none", "one", "two"], thrown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Methods_AreTheOnesThatItHappensTo()
    {
        var plan = new ChaosPlan { Methods = method => method.Name is nameof(IShop.Sell) };

        Assert.Equal(3, (await OutcomesAsync(nameof(IShop.Sell), plan with { Kinds = ChaosKinds.Default })).Count);
        Assert.Equal(["done once"], await OutcomesAsync(nameof(IShop.Open), plan));
    }

    [Fact]
    public async Task PropertiesEventsAndDisposal_AreLeftAlone()
    {
        ExploreReport report = await ExploreAsync(async _ =>
        {
            var inner = new Shop();
            IShop shop = Chaos.Around<IShop>(inner, _all);
            EventHandler handler = (_, _) => { };
            shop.Opened += handler;
            shop.Opened -= handler;
            shop.Name = "corner";
            Assert.Equal("corner", shop.Name);
            shop.Dispose();
            await shop.DisposeAsync();
            Assert.Equal(2, inner.Disposals);
        });

        Assert.Equal((1, true), (report.Schedules, report.IsComplete));
    }

    [Fact]
    public async Task FailEverywhere_LetsEachFaultOfEachCallHappenOnce()
    {
        List<int> effects = [];

        ExploreReport report = await AsyncTest.FailEverywhereAsync(
            async _ =>
            {
                var inner = new Shop();
                IShop shop = Chaos.Around<IShop>(inner);
                try
                {
                    await shop.DeliverAsync();
                    await shop.OrderAsync(1, default);
                }
                finally
                {
                    effects.Add(inner.Effects);
                }
            },
            new ExploreOptions { Schedules = 5 });

        Assert.Equal(5, report.Schedules);
        Assert.Equal([2, 0, 1, 1, 2], effects);
    }

    [Fact]
    public async Task RetryThatRepeatsAPayment_WhoseAnswerWasLost_IsFound_AndOneWithAKeyPasses()
    {
        AsyncTestException found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.FailEverywhereAsync(_ => PayAsync(hasKey: false)));

        Assert.Contains("IBank.PayAsync FailAfter", found.Message, StringComparison.Ordinal);
        AsyncTestException replayed = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(found.Token!, _ => PayAsync(hasKey: false)));
        Assert.Equal(AsyncTestFailure.Thrown, replayed.Failure);
        await AsyncTest.FailEverywhereAsync(_ => PayAsync(hasKey: true));
        await AsyncTest.ReplayAsync(found.Token!, _ => PayAsync(hasKey: true));
    }

    [Fact]
    public async Task HandlerThatIsNotIdempotent_IsFoundByADuplicate()
    {
        var plan = new ChaosPlan { Kinds = ChaosKinds.Duplicate };

        AsyncTestException found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(async _ =>
        {
            var bank = new Bank();
            await Chaos.Around<IBank>(bank, plan).PayAsync(10, key: null);
            Assert.Equal(10, bank.Paid);
        }));

        Assert.Contains("By choice: IBank.PayAsync Duplicate.", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Around_NoInterface_IsRefused_AndTheTypeNamed()
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => Chaos.Around(new Shop()));

        Assert.Contains("must be an interface", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Shop), thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Around_MethodWithASpan_IsRefused_AndNamed()
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => Chaos.Around<ISpanReader>(new SpanReader()));

        Assert.Contains("ISpanReader.Read", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_RefusesWrongValues()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChaosPlan { Delay = TimeSpan.FromTicks(-1) });
        Assert.Throws<ArgumentNullException>(() => new ChaosPlan { Faults = null! });
        Assert.Throws<ArgumentNullException>(() => new ChaosPlan { Faults = [null!] });
        Assert.Throws<ArgumentNullException>(() => new ChaosPlan { Methods = null! });
    }

    [Fact]
    public async Task Predicate_IsGivenTheMethodOfTheInterface()
    {
        List<MethodInfo> asked = [];
        var plan = new ChaosPlan { Methods = method => { asked.Add(method); return false; } };

        await ExploreAsync(_ =>
        {
            Chaos.Around<IShop>(new Shop(), plan).Open();
            return Task.CompletedTask;
        });

        Assert.Equal(typeof(IShop).GetMethod(nameof(IShop.Open)), Assert.Single(asked));
    }

    private static Task<ExploreReport> ExploreAsync(Func<TestEnv, Task> body) => AsyncTest.ExploreAsync(
        body, new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(), EarlyTimers = false });

    /// <summary>All that can become of a call.</summary>
    private static async Task<IReadOnlyList<string>> OutcomesAsync(
        string call, ChaosPlan plan, TimeSpan? cancelAfter = null)
    {
        SortedSet<string> outcomes = new(StringComparer.Ordinal);
        ExploreReport report = await ExploreAsync(async env =>
        {
            var inner = new Shop();
            IShop shop = Chaos.Around<IShop>(inner, plan);
            using CancellationTokenSource? end = cancelAfter is { } time ? new(time, env.Time) : null;
            CancellationToken token = end?.Token ?? default;
            string done;
            try
            {
                await ShopCall.All[call](shop, token);
                done = $"done {Times(inner.Effects)}";
            }
            catch (IOException)
            {
                done = inner.Effects is 0
                    ? "failed, and nothing was done"
                    : $"failed after it was done {Times(inner.Effects)}";
            }
            catch (OperationCanceledException e) when (e.CancellationToken == token && inner.Effects is 0)
            {
                outcomes.Add($"cancelled at {env.Elapsed}, and nothing was done");
                return;
            }

            outcomes.Add(env.Elapsed == TimeSpan.Zero ? done : $"{done} at {env.Elapsed}");
        });
        Assert.True(report.IsComplete);
        return [.. outcomes];
    }

    private static string Times(int count) => count is 1 ? "once" : $"{count} times";

    private static async Task PayAsync(bool hasKey)
    {
        var bank = new Bank();
        IBank service = Chaos.Around<IBank>(bank, new ChaosPlan { Kinds = ChaosKinds.Default & ~ChaosKinds.Delay });
        string? key = hasKey ? "order 7" : null;
        try
        {
            await service.PayAsync(10, key);
        }
        catch (IOException)
        {
            await service.PayAsync(10, key);
        }

        Assert.Equal(10, bank.Paid);
    }

    private interface IBank
    {
        Task PayAsync(int amount, string? key);
    }

    private interface ISpanReader
    {
        int Read(Span<byte> bytes);
    }

    private sealed class Bank : IBank
    {
        private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

        public int Paid { get; private set; }

        public async Task PayAsync(int amount, string? key)
        {
            await Task.Yield();
            if (key is null || _keys.Add(key)) Paid += amount;
        }
    }

    private sealed class SpanReader : ISpanReader
    {
        public int Read(Span<byte> bytes) => bytes.Length;
    }
}
