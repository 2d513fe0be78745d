using System.Collections.Concurrent;
using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>
/// <see cref="KeyedLock{TKey}"/> against what is written by hand: a dictionary of semaphores that counts who uses them.
/// One key that nobody else wants; 8 workers that take 10,000 of 1,000 keys each, by chance.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class KeyedLockBenchmarks
{
    private const int Locks = 10_000;
    private const int Workers = 8;
    private const int Keys = 1_000;
    private const int Seed = 1;

    private readonly KeyedLock<string> _keyed = new();
    private readonly CountedSemaphores _counted = new();
    private readonly string[][] _keys = [.. Enumerable.Range(Seed, Workers).Select(AnyKeys)];

    [Benchmark(Baseline = true, OperationsPerInvoke = Locks), BenchmarkCategory("Alone")]
    public async Task CountedSemaphoresAloneAsync()
    {
        for (var i = 0; i < Locks; i++)
        {
            using (await _counted.LockAsync("key 1"))
            {
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Locks), BenchmarkCategory("Alone")]
    public async Task KeyedLockAloneAsync()
    {
        for (var i = 0; i < Locks; i++)
        {
            using (await _keyed.LockAsync("key 1"))
            {
            }
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Locks * Workers), BenchmarkCategory("8 workers")]
    public Task CountedSemaphoresOf8WorkersAsync() => WorkAsync(async keys =>
    {
        foreach (string key in keys)
        {
            using (await _counted.LockAsync(key))
            {
            }
        }
    });

    [Benchmark(OperationsPerInvoke = Locks * Workers), BenchmarkCategory("8 workers")]
    public Task KeyedLockOf8WorkersAsync() => WorkAsync(async keys =>
    {
        foreach (string key in keys)
        {
            using (await _keyed.LockAsync(key))
            {
            }
        }
    });

    [Benchmark(Baseline = true, OperationsPerInvoke = Locks * Workers), BenchmarkCategory("across a yield")]
    public Task CountedSemaphoresAcrossAYieldAsync() => WorkAsync(async keys =>
    {
        foreach (string key in keys)
        {
            using (await _counted.LockAsync(key)) await Task.Yield();
        }
    });

    [Benchmark(OperationsPerInvoke = Locks * Workers), BenchmarkCategory("across a yield")]
    public Task KeyedLockAcrossAYieldAsync() => WorkAsync(async keys =>
    {
        foreach (string key in keys)
        {
            using (await _keyed.LockAsync(key)) await Task.Yield();
        }
    });

    [Benchmark(OperationsPerInvoke = Locks), BenchmarkCategory("4 keys at once")]
    public async Task KeyedLockManyAloneAsync()
    {
        string[] keys = ["key 1", "key 2", "key 3", "key 4"];
        for (var i = 0; i < Locks; i++)
        {
            using (await _keyed.LockManyAsync(keys))
            {
            }
        }
    }

    private Task WorkAsync(Func<string[], Task> work) =>
        Task.WhenAll(_keys.Select(keys => Task.Run(() => work(keys))));

    private static string[] AnyKeys(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Locks).Select(_ => $"key {random.Next(Keys)}")];
    }

    private sealed class CountedSemaphores
    {
        private readonly ConcurrentDictionary<string, Counted> _semaphores = new(StringComparer.Ordinal);

        public async ValueTask<Releaser> LockAsync(string key)
        {
            Counted counted = Use(key);
            await counted.Semaphore.WaitAsync().ConfigureAwait(false);
            return new Releaser(this, key, counted);
        }

        private Counted Use(string key)
        {
            while (true)
            {
                Counted counted = _semaphores.GetOrAdd(key, static _ => new Counted());
                if (counted.TryUse()) return counted;
            }
        }

        private void Release(string key, Counted counted)
        {
            counted.Semaphore.Release();
            if (counted.IsLastUse()) _semaphores.TryRemove(KeyValuePair.Create(key, counted));
        }

        public readonly struct Releaser(CountedSemaphores owner, string key, Counted counted) : IDisposable
        {
            public void Dispose() => owner.Release(key, counted);
        }

        public sealed class Counted
        {
            private readonly Lock _sync = new();
            private int _users;
            private bool _isGone;

            public SemaphoreSlim Semaphore { get; } = new(1, 1);

            public bool TryUse()
            {
                lock (_sync)
                {
                    if (!_isGone) _users++;
                    return !_isGone;
                }
            }

            public bool IsLastUse()
            {
                lock (_sync) return _isGone = --_users is 0;
            }
        }
    }
}
