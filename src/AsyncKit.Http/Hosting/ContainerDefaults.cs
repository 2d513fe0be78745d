using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http;

/// <summary>Takes clock, loggers and meters from the container, where nobody set others.</summary>
internal sealed class ContainerDefaults(IServiceProvider services) : IConfigureNamedOptions<HttpFetcherOptions>
{
    public void Configure(HttpFetcherOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, HttpFetcherOptions options)
    {
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        options.MeterFactory ??= services.GetService<IMeterFactory>();
        if (options.TimeProvider == TimeProvider.System && services.GetService<TimeProvider>() is { } timeProvider)
            options.TimeProvider = timeProvider;
    }
}
