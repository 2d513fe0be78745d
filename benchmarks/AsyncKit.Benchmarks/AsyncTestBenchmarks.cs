using System.Threading.Channels;
using AsyncKit.Testing;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncKit.Benchmarks;

/// <summary>What a test on virtual time takes in real time, as a whole.</summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
public class AsyncTestBenchmarks
{
    private const int SecondsOfHalfADay = 43_200;

    private static readonly AsyncTestOptions _withoutGrace = new() { ExternalGrace = TimeSpan.Zero };

    [Benchmark]
    public Task EmptyAsync() => AsyncTest.RunAsync(static _ => Task.CompletedTask);

    [Benchmark]
    public Task HourOfDelayAsync() => AsyncTest.RunAsync(static env => env.DelayAsync(TimeSpan.FromHours(1)));

    [Benchmark]
    public Task PeriodicTimerAsync() => AsyncTest.RunAsync(static async env =>
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), env.Time);
        for (var i = 0; i < SecondsOfHalfADay; i++) await timer.WaitForNextTickAsync();
    });

    [Benchmark]
    public Task ConcurrentDelaysAsync() => AsyncTest.RunAsync(static env =>
        Task.WhenAll(Enumerable.Range(1, 10_000).Select(i => env.DelayAsync(TimeSpan.FromMilliseconds(i)))));

    [Benchmark]
    public Task MixedWorkAsync() => AsyncTest.RunAsync(static async env =>
    {
        var oneAtATime = new SemaphoreSlim(1);
        var channel = Channel.CreateBounded<int>(2);
        List<Task> work = [ProduceAsync(channel.Writer), ConsumeAsync(channel.Reader)];
        for (var i = 1; i <= 3; i++)
        {
            work.Add(Task.Run(static async () => await Task.Yield()));
            work.Add(UseAsync(env, oneAtATime, TimeSpan.FromMilliseconds(i)));
        }

        await Task.WhenAll(work);
    });

    [Benchmark]
    public Task DayOfHostedServiceAsync() => AsyncTest.RunAsync(static async env =>
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(env.Time);
        builder.Services.AddHostedService<TickingService>();
        using IHost host = builder.Build();
        await host.StartAsync();
        await env.DelayAsync(TimeSpan.FromDays(1));
        await host.StopAsync();
    });

    [Benchmark]
    public Task<AsyncTestException> DeadlockAsync() => FailAsync(options: null);

    [Benchmark]
    public Task<AsyncTestException> DeadlockWithoutGraceAsync() => FailAsync(_withoutGrace);

    private static async Task<AsyncTestException> FailAsync(AsyncTestOptions? options)
    {
        try
        {
            await AsyncTest.RunAsync(
                static _ =>
                {
                    var a = new SemaphoreSlim(1);
                    var b = new SemaphoreSlim(1);
                    return Task.WhenAll(TakeBothAsync(a, b), TakeBothAsync(b, a));
                },
                options);
        }
        catch (AsyncTestException e) when (e.Failure is AsyncTestFailure.Deadlock)
        {
            return e;
        }

        throw new InvalidOperationException("Two locks in opposite order did not deadlock.");
    }

    private static async Task TakeBothAsync(SemaphoreSlim first, SemaphoreSlim second)
    {
        await first.WaitAsync();
        await Task.Yield();
        await second.WaitAsync();
    }

    private static async Task UseAsync(TestEnv env, SemaphoreSlim oneAtATime, TimeSpan delay)
    {
        for (var i = 0; i < 3; i++)
        {
            await oneAtATime.WaitAsync().ConfigureAwait(false);
            await env.DelayAsync(delay).ConfigureAwait(false);
            oneAtATime.Release();
        }
    }

    private static async Task ProduceAsync(ChannelWriter<int> writer)
    {
        for (var i = 0; i < 5; i++) await writer.WriteAsync(i).ConfigureAwait(false);
        writer.Complete();
    }

    private static async Task ConsumeAsync(ChannelReader<int> reader)
    {
        await foreach (int _ in reader.ReadAllAsync().ConfigureAwait(false))
        {
            // Only that it arrives matters.
        }
    }

    private sealed class TickingService(TimeProvider time) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // One of 288 ticks.
            }
        }
    }
}
