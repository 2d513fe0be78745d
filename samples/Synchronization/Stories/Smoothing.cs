using AsyncKit.Synchronization;

namespace Synchronization.Stories;

/// <summary>Three stages smooth a row of numbers, each a third of it, and need each other's cells: so they meet at a
/// barrier after each phase, and what they have written is what they read next.</summary>
internal sealed class Smoothing
{
    private const int Stages = 3;
    private const int CellsOfAStage = 20;
    private const int Phases = 5;
    private const string Heights = " ▁▂▃▄▅▆▇█";

    private readonly AsyncBarrier _barrier;
    private readonly List<string> _pictures = [];
    private readonly int[] _phasesOf = new int[Stages];
    private double[] _row = StartRow();
    private double[] _next = StartRow();
    private bool _isTogether = true;

    private Smoothing() => _barrier = new AsyncBarrier(Stages, EndPhaseAsync, "smoothing");

    public static async Task<Finding> ShowAsync(CancellationToken cancellationToken)
    {
        var smoothing = new Smoothing();
        await Task.WhenAll(
            Enumerable.Range(0, Stages).Select(stage => smoothing.RunStageAsync(stage, cancellationToken)));

        return new Finding(
            [$"start    {Picture(StartRow())}", .. smoothing._pictures],
            [
                new Check(
                    $"The buffers were swapped {Phases} times, once for each phase.",
                    smoothing._pictures.Count is Phases && smoothing._barrier.CurrentPhaseNumber is Phases),
                new Check("No stage was a phase ahead, though the last is the slowest.", smoothing._isTogether),
                new Check("The row is the one that a single stage comes to.", smoothing._row.SequenceEqual(Alone())),
            ]);
    }

    private async Task RunStageAsync(int stage, CancellationToken cancellationToken)
    {
        for (var phase = 0; phase < Phases; phase++)
        {
            if (_barrier.CurrentPhaseNumber != phase) _isTogether = false;
            await Task.Delay(TimeSpan.FromMilliseconds(3 * stage), cancellationToken);
            Smooth(_row, _next, stage * CellsOfAStage, CellsOfAStage);
            _phasesOf[stage]++;
            await _barrier.SignalAndWaitAsync(cancellationToken);
        }
    }

    // All stages have arrived, and none has gone on: nobody else is at the buffers.
    private ValueTask EndPhaseAsync(long phase, CancellationToken cancellationToken)
    {
        if (_phasesOf.Any(phases => phases != phase + 1)) _isTogether = false;
        (_row, _next) = (_next, _row);
        _pictures.Add($"phase {phase + 1}  {Picture(_row)}");
        return ValueTask.CompletedTask;
    }

    private static double[] Alone()
    {
        double[] row = StartRow();
        for (var phase = 0; phase < Phases; phase++)
        {
            double[] next = StartRow();
            Smooth(row, next, 0, row.Length);
            row = next;
        }

        return row;
    }

    // Each cell becomes the mean of itself and its neighbours: two on each side, fewer at the ends.
    private static void Smooth(double[] row, double[] next, int start, int count)
    {
        for (int i = start; i < start + count; i++)
            next[i] = row[Math.Max(i - 2, 0)..Math.Min(i + 3, row.Length)].Average();
    }

    private static double[] StartRow()
    {
        var row = new double[Stages * CellsOfAStage];
        row.AsSpan(5, 3).Fill(Heights.Length - 1);
        row.AsSpan(17, 8).Fill(Heights.Length - 1);
        row.AsSpan(38, 4).Fill(Heights.Length - 1);
        row.AsSpan(50, 1).Fill(Heights.Length - 1);
        return row;
    }

    private static string Picture(double[] row) =>
        string.Concat(row.Select(cell => Heights[(int)Math.Round(cell)])).TrimEnd();
}
