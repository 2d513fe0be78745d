using AsyncKit.Diagnostics;
using AsyncKit.Testing;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>What listeners hear.</summary>
[Collection(typeof(Alone))]
public class ListenerLaws
{
    private const DiagnosticEvents Events = DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    [Theory, EachWaitable]
    public async Task Waits_AreReportedWithTheirEnd_HoweverTheyEnd(string name)
    {
        var clock = new CountedClock();
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name, clock);
        var listener = new PairingListener(taken);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(Events, listener);

        Task<Grant> cancelled = taken.WaitAsync(source.Token).ReadAsync();
        Task<Grant>? limited = taken.Has(Traits.Timed) ? null : taken.WaitAsync(Form.Trying, _limit).ReadAsync();
        Task<Grant> granted = taken.WaitAsync().ReadAsync();
        Assert.Equal(limited is null ? 2 : 3, listener.Waiting);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Limit.OfAsync(cancelled));
        if (limited is not null)
        {
            clock.Advance(_limit);
            Assert.False((await Limit.OfAsync(limited)).IsGranted);
        }

        Assert.Equal(1, listener.Waiting);
        taken.LetGo();
        Grant grant = await Limit.OfAsync(granted);

        Assert.Equal(0, listener.Waiting);
        if (taken.Has(Traits.ReportsHolds)) Assert.Equal(1, listener.Held);
        taken.EndUse(grant);
        if (taken.Has(Traits.ReportsHolds)) Assert.Equal(0, listener.Held);
        Assert.Empty(listener.Wrong);
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void BlockingWaits_AreReportedWithTheirEnd(string name)
    {
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name);
        var listener = new PairingListener(taken);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(Events, listener);

        Blocked cancelled = Blocked.On(taken, source.Token);
        Blocked granted = Blocked.On(taken);
        Limit.Until(() => listener.Waiting is 2);
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => cancelled.Result());
        taken.LetGo();
        taken.EndUse(granted.Result());

        Assert.Equal(2, listener.Waits);
        Assert.Equal(0, listener.Waiting);
        if (taken.Has(Traits.ReportsHolds)) Assert.Equal(0, listener.Held);
        Assert.Empty(listener.Wrong);
    }

    [Theory, EachWaitable(Traits.ReportsHolds | Traits.StartsFree)]
    public void Holds_AreReportedOnce_WithTheirEnd(string name)
    {
        Waitable free = Waitables.Create(name);
        var listener = new PairingListener(free);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(Events, listener);

        Grant grant = free.TryNow();
        Assert.Equal(1, listener.Held);
        free.EndUse(grant);
        free.EndUse(grant);

        Assert.Equal(1, listener.Holds);
        Assert.Equal(0, listener.Held);
        Assert.Equal(0, listener.Waits);
        Assert.Empty(listener.Wrong);
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers)]
    public async Task AListener_HoldsAWaitUp_BeforeItTakesAnything_AndTheTokenIsAskedAfter(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            using var source = new CancellationTokenSource();
            Waitable free = Waitables.Create(name);
            var listener = new PairingListener(free) { Gate = new() };
            Pending granted;
            Pending cancelled;
            using (AsyncDiagnostics.Subscribe(Events, listener))
            {
                granted = free.WaitAsync(form, _limit);
                cancelled = free.WaitAsync(form, _limit, source.Token);
            }

            Assert.Equal(2, listener.Points);
            Assert.False(granted.IsCompleted);
            Check.IsFree(free);
            await source.CancelAsync();
            listener.Gate.SetResult();

            free.EndUse(await Limit.OfAsync(granted.ReadAsync()));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Limit.OfAsync(cancelled.ReadAsync()));
        }
    }

    [Theory, EachWaitable(Traits.OneAtATime | Traits.StartsFree)]
    public async Task AnExploration_FindsBothOrders(string name)
    {
        var orders = new HashSet<string>(StringComparer.Ordinal);

        await AsyncTest.ExploreAsync(
            async env =>
            {
                Waitable free = Waitables.Create(name, env.Time);
                var order = "";
                await Task.WhenAll(UseAsync("1"), UseAsync("2"));
                orders.Add(order);

                Task UseAsync(string user) => env.Start(user, async () =>
                {
                    Grant grant = await free.WaitAsync();
                    order += user;
                    free.EndUse(grant);
                });
            },
            new ExploreOptions { Schedules = 50 });

        Assert.Equal(["12", "21"], orders.Order(StringComparer.Ordinal));
    }
}
