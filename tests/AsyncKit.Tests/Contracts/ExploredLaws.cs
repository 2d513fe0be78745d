using AsyncKit.Testing;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Contracts;

/// <summary>Grants, cancellations and time limits that meet, in very many orders.</summary>
[Collection(typeof(Alone))]
public class ExploredLaws
{
    private const int Usual = 10_000;
    private const int Full = 12_000;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(1);

    [Theory, EachWaitable]
    public async Task AGrant_AToken_AndALimit_AreNeverLost_NorTakenTwice(string name)
    {
        int schedules = LongSuite.Count(Usual, Full);

        ExploreReport report = await AsyncTest.ExploreAsync(
            env => RaceAsync(env, name), new ExploreOptions { Schedules = schedules });

        Assert.True(report.Schedules == schedules || report.IsComplete);
    }

    [Theory, EachWaitable]
    public async Task AWaitCancelledAnywhere_TakesNothingAlong(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            await AsyncTest.CancelEverywhereAsync(
                (env, token) => CancelledAsync(env, name, form, token),
                new ExploreOptions { Schedules = LongSuite.IsOn ? 1_000 : 300 });
        }
    }

    private static async Task RaceAsync(TestEnv env, string name)
    {
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name, env.Time);
        var users = new Users(env, taken);
        Task[] waits =
        [
            users.StartAsync("cancelled", Form.Plain, Timeout.InfiniteTimeSpan, source.Token),
            users.StartAsync("limited", Form.Limited, _limit, CancellationToken.None),
            users.StartAsync("both", Form.Trying, _limit, source.Token),
            users.StartAsync("patient", Form.Trying, Timeout.InfiniteTimeSpan, CancellationToken.None),
        ];
        Task canceller = env.Start("canceller", AtOnce.Do(source.Cancel));
        Task owner = env.Start("owner", users.LetGoAsync);
        await Task.WhenAll([canceller, owner, .. waits]);

        users.AssertNothingIsLost();
        Assert.Contains("patient", users.Granted);
    }

    private static async Task CancelledAsync(TestEnv env, string name, Form form, CancellationToken token)
    {
        Waitable taken = Waitables.CreateTaken(name, env.Time);
        var users = new Users(env, taken);
        Task[] waits =
        [
            users.StartAsync("first", form, _limit, token),
            users.StartAsync("patient", Form.Plain, Timeout.InfiniteTimeSpan, CancellationToken.None),
            users.StartAsync("last", form, _limit, token),
        ];
        Task owner = env.Start("owner", users.LetGoAsync);
        await Task.WhenAll([owner, .. waits]);

        users.AssertNothingIsLost();
        Assert.Contains("patient", users.Granted);
    }

    private sealed class Users
    {
        private readonly TestEnv _env;
        private readonly Waitable _taken;
        private int _using;
        private int _unfinished;

        public Users(TestEnv env, Waitable taken)
        {
            _env = env;
            _taken = taken;

            // Of what time gives back, a second one may have it before the first has finished.
            if (taken.Has(Traits.OneAtATime) && !taken.Has(Traits.Timed)) env.Always(() => _using <= 1, "Two have it.");
        }

        public List<string> Granted { get; } = [];

        public Task StartAsync(string user, Form form, TimeSpan limit, CancellationToken cancellationToken)
        {
            _unfinished++;
            return _env.Start(user, async () =>
            {
                Grant grant = await WaitAsync(form, limit, cancellationToken);
                if (grant.IsGranted)
                {
                    Granted.Add(user);
                    _using++;
                    await _env.YieldAsync();
                    _using--;
                    _taken.EndUse(grant);
                }

                _unfinished--;
            });
        }

        /// <summary>Lets go; and again for those who came later, where that is not remembered.</summary>
        public async Task LetGoAsync()
        {
            await _env.YieldAsync();
            _taken.LetGo();
            while (!_taken.Has(Traits.Remembers) && _unfinished > 0)
            {
                await _env.IdleAsync();
                _taken.LetGo();
            }
        }

        public void AssertNothingIsLost()
        {
            Assert.Equal(0, _using);
            if (_taken.Has(Traits.Counts)) Assert.Equal(0, _taken.WaiterCount);
            if (_taken.Has(Traits.Timed)) return;
            if (_taken.Has(Traits.Remembers)) Check.IsFree(_taken);
            Assert.Equal(0, _env.Time.TimerCount);
        }

        private async Task<Grant> WaitAsync(Form form, TimeSpan limit, CancellationToken cancellationToken)
        {
            try
            {
                return await _taken.WaitAsync(form, limit, cancellationToken);
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(cancellationToken, e.CancellationToken);
            }
            catch (TimeoutException)
            {
                Assert.Equal(Form.Limited, form);
            }

            return default;
        }
    }
}
