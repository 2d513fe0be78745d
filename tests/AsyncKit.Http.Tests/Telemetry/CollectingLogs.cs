using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http.Tests.Telemetry;

/// <summary>Keeps every line that is logged.</summary>
internal sealed class CollectingLogs(LogLevel least = LogLevel.Trace) : ILoggerFactory, ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public void Clear() => _lines.Clear();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _lines.Enqueue($"{logLevel} {eventId.Name}: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
