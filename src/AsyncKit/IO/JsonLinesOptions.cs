using AsyncKit.Concurrency;

namespace AsyncKit.IO;

/// <summary>How JSON Lines are read.</summary>
public sealed record JsonLinesOptions
{
    /// <summary>How the lines are read.</summary>
    public LineReadOptions Lines { get; init; } = LineReadOptions.Default;

    /// <summary>Told of each line that is not JSON of its type, which is then left out. By default nobody is told: the
    /// first such line ends the reading with a <see cref="System.Text.Json.JsonException"/> that names it.</summary>
    /// <remarks>Called in the order of the file, between two values. What it throws ends the reading.</remarks>
    public Action<BadJsonLine>? OnBadLine { get; init; }

    /// <summary>How many batches of lines are decoded at a time, by threads of the pool; the values keep their order.
    /// By default <see langword="null"/>: each line is decoded when its value is asked for.</summary>
    public ConcurrencyLimit? Limit { get; init; }

    internal static JsonLinesOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        if (Lines is null) throw new ArgumentException("Lines must not be null.", parameter);
        Lines.ThrowIfInvalid(parameter);
    }
}
