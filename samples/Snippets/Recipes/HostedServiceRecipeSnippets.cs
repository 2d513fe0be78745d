using AsyncKit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AsyncKit.Snippets.Recipes;

public class HostedServiceRecipeSnippets
{
    #region recipe-hosted-service
    private sealed class Cleaner(TimeProvider time, List<DateTimeOffset> runs) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), time);
            while (await timer.WaitForNextTickAsync(stoppingToken)) runs.Add(time.GetUtcNow());
        }
    }

    [Fact]
    public Task TheCleaner_RunsEveryFiveMinutes_UntilItsHostStops() => AsyncTest.RunAsync(async env =>
    {
        List<DateTimeOffset> runs = [];
        DateTimeOffset start = env.Time.GetUtcNow();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<TimeProvider>(env.Time);
        builder.Services.AddSingleton(runs);
        builder.Services.AddHostedService<Cleaner>();
        using IHost host = builder.Build();

        await host.StartAsync();
        await env.DelayAsync(TimeSpan.FromHours(24));
        await env.IdleAsync();
        await host.StopAsync();
        await env.DelayAsync(TimeSpan.FromHours(1));

        Assert.Equal(Enumerable.Range(1, 288).Select(run => start.AddMinutes(5 * run)), runs);
    });
    #endregion
}
