using System.Collections.Concurrent;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http;

/// <summary>Warns, once for each client, of a handler beside ours that retries too.</summary>
internal sealed class StackedRetries(ILoggerFactory loggers) : IHttpMessageHandlerBuilderFilter
{
    private const string Other = "Microsoft.Extensions.Http.Resilience.ResilienceHandler";

    private readonly FetchLog _log = new(loggers.CreateLogger(FetchLog.Category));
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        IList<DelegatingHandler> handlers = builder.AdditionalHandlers;
        bool areStacked = handlers.Any(static handler => handler is FetchResilienceHandler)
            && handlers.Any(static handler => handler.GetType().FullName is Other);
        string client = builder.Name ?? "";
        if (areStacked && _told.TryAdd(client, true)) _log.RetriesStacked(client);
    };
}
