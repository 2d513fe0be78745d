using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>What a stream emits and when, next to what it should.</summary>
[DebuggerDisplay("Actual = {_actual.Count}, Expected = {_expected.Length}")]
internal sealed class Emissions<T>
{
    private const int LongestValue = 40;

    private readonly AssertionSite _site;
    private readonly (TimeSpan At, T Value)[] _expected;
    private readonly List<(TimeSpan At, T Value)> _actual = [];
    private Exception? _fault;
    private string _end = "";
    private bool _isCompleted;
    private bool _isStopped;

    public Emissions(AssertionSite site, (TimeSpan At, T Value)[] expected)
    {
        _site = site;
        _expected = expected;
    }

    public async Task CompareAsync(IAsyncEnumerable<T> source)
    {
        // The streams get their time to complete, and late values their place in the table.
        TimeSpan limit = (_expected is [.., var last] ? last.At : TimeSpan.Zero) + AssertionSite.DefaultLimit;
        using var stop = new CancellationTokenSource();
        IAsyncEnumerator<T> values = source.GetAsyncEnumerator(stop.Token);
        Task<bool> next = await CollectAsync(values, limit).ConfigureAwait(false);
        if (!next.IsCompleted) await StopAsync(next, stop).ConfigureAwait(false);

        // An enumerator that does not stop cannot be disposed of.
        if (next.IsCompleted) await values.DisposeAsync().ConfigureAwait(false);
        if (!IsAsExpected()) throw _site.Failure($"{_site.Subject} did not emit what it should:\n{Table()}", _fault);
    }

    /// <summary>Takes values until there are too many, or no more, or the time is up.</summary>
    /// <returns>The task of the last move.</returns>
    private async Task<Task<bool>> CollectAsync(IAsyncEnumerator<T> values, TimeSpan limit)
    {
        while (true)
        {
            Task<bool> next = MoveAsync(values);
            if (!await _site.EndsAsync(next, _site.Left(limit)).ConfigureAwait(false))
            {
                _end = $"still waits at {_site.Elapsed}";
                return next;
            }

            if (!await next.ConfigureAwait(false)) return next;
            _actual.Add((_site.Elapsed, values.Current));
            if (_actual.Count <= _expected.Length) continue;
            _end = "goes on";
            return next;
        }
    }

    private async Task<bool> MoveAsync(IAsyncEnumerator<T> values)
    {
        try
        {
            if (await values.MoveNextAsync().ConfigureAwait(false)) return true;
            if (!_isStopped) _end = $"{_site.Elapsed}  completes";
            _isCompleted = !_isStopped;
        }
        catch (Exception e) when (_isStopped || Probe.MayPass(e))
        {
            if (_isStopped) return false;
            _fault = e;
            _end = $"{_site.Elapsed}  throws {e.GetType().Name}";
        }

        return false;
    }

    private async Task StopAsync(Task next, CancellationTokenSource stop)
    {
        _isStopped = true;
        await stop.CancelAsync().ConfigureAwait(false);
        await _site.EndsAsync(next, TimeSpan.Zero).ConfigureAwait(false);
    }

    private bool IsAsExpected()
    {
        if (!_isCompleted || _actual.Count != _expected.Length) return false;
        for (var i = 0; i < _expected.Length; i++)
        {
            if (!IsAsExpected(i)) return false;
        }

        return true;
    }

    private bool IsAsExpected(int row) => row < _expected.Length && row < _actual.Count
        && _expected[row].At == _actual[row].At
        && EqualityComparer<T>.Default.Equals(_expected[row].Value, _actual[row].Value);

    private string Table()
    {
        string[] wanted = [.. _expected.Select(Cell), "completes"];
        string[] found = [.. _actual.Select(Cell), _end];
        int width = wanted.Append("expected").Max(static cell => cell.Length);
        var table = new StringBuilder($"    {"expected".PadRight(width)}  actual");
        for (var row = 0; row < Math.Max(wanted.Length, found.Length); row++)
        {
            bool isSame = IsAsExpected(row) || (_isCompleted && row == _expected.Length && row == _actual.Count);
            string left = row < wanted.Length ? wanted[row] : "";
            string right = row < found.Length ? found[row] : "";
            table.Append(isSame ? "\n    " : "\n  > ").Append($"{left.PadRight(width)}  {right}".TrimEnd());
        }

        return table.ToString();
    }

    private static string Cell((TimeSpan At, T Value) emission) => $"{emission.At}  {Text(emission.Value)}";

    private static string Text(T value)
    {
        string text = value switch
        {
            null => "null",
            string written => $"\"{written}\"",
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}...";
    }
}
