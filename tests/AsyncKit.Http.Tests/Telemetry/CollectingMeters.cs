using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace AsyncKit.Http.Tests.Telemetry;

/// <summary>Makes the meter of one test, and hears what is measured with it.</summary>
internal sealed class CollectingMeters : IMeterFactory
{
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _sync = new();
    private Meter? _meter;

    public CollectingMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.Start();
    }

    public IEnumerable<Measured> All => _measured;

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        lock (_sync) return _meter ??= new Meter(options);
    }

    public Measured[] Of(string name) =>
        [.. _measured.Where(measured => string.Equals(measured.Name, name, StringComparison.Ordinal))];

    /// <summary>Asks what is measured when somebody asks.</summary>
    public Measured[] Ask(string name)
    {
        int before = _measured.Count;
        _listener.RecordObservableInstruments();
        return [.. _measured.Skip(before)
            .Where(measured => string.Equals(measured.Name, name, StringComparison.Ordinal))];
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
    }

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue(new Measured(
            $"{instrument.Name}", instrument.Unit, value, new Dictionary<string, object?>(tags.ToArray())));
}
