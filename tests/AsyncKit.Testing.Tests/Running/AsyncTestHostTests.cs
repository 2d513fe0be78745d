using AsyncKit.Testing.Tests.Stress;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Testing.Tests.Running;

/// <summary>Hosts and servers of the framework, as they are, on virtual time.</summary>
[Collection(typeof(Alone))]
public class AsyncTestHostTests
{
    // Ten times the figure that is promised.
    private static readonly TimeSpan _limitOfADay = TimeSpan.FromMilliseconds(10 * 200);

    [Fact]
    public async Task ADayOfAHostedService_TakesAMoment_AndHasEachTick()
    {
        long start = TimeProvider.System.GetTimestamp();

        await AsyncTest.RunAsync(async env =>
        {
            HostApplicationBuilder builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(env.Time);
            builder.Services.AddSingleton<TickingService>();
            builder.Services.AddHostedService(static services => services.GetRequiredService<TickingService>());
            using IHost host = builder.Build();
            await host.StartAsync();

            await env.DelayAsync(TimeSpan.FromDays(1));
            await env.IdleAsync();

            Assert.Equal(288, host.Services.GetRequiredService<TickingService>().Ticks);
            await host.StopAsync();
            Assert.Equal(TimeSpan.FromDays(1), env.Elapsed);
        });

        TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
        LongSuite.Say($"{taken.TotalMilliseconds:F0} ms");
        Assert.InRange(taken, TimeSpan.Zero, _limitOfADay);
    }

    [Fact]
    public Task RequestsToAServerInMemory_OverlapExactly() => AsyncTest.RunAsync(async env =>
    {
        const int Requests = 20;
        TimeSpan takes = TimeSpan.FromSeconds(30);
        int inFlight = 0;
        List<int> inFlightAtTheEnd = [];
        using IHost host = await StartServerAsync(async context =>
        {
            Assert.Same(env, TestEnv.Current);
            inFlight++;
            await env.DelayAsync(takes, context.RequestAborted);
            inFlightAtTheEnd.Add(inFlight--);
            await context.Response.WriteAsync(env.Elapsed.ToString());
        });
        using HttpClient client = host.GetTestClient();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => client.GetStringAsync("/")));

        Assert.Equal(Enumerable.Repeat(takes.ToString(), Requests), answers);
        Assert.Equal(takes, env.Elapsed);
        Assert.Equal(Enumerable.Range(1, Requests).Reverse(), inFlightAtTheEnd);
        await host.StopAsync();
    });

    // Without the execution context of the request, the server's side would not be part of the run.
    private static Task<IHost> StartServerAsync(RequestDelegate answer) => new HostBuilder()
        .ConfigureWebHost(web => web
            .UseTestServer(static options => options.PreserveExecutionContext = true)
            .Configure(app => app.Run(answer)))
        .StartAsync();

    private sealed class TickingService(TimeProvider time) : BackgroundService
    {
        public int Ticks { get; private set; }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), time);
            while (await timer.WaitForNextTickAsync(stoppingToken)) Ticks++;
        }
    }
}
