namespace Tour.Chapters;

/// <summary>What a chapter prints to, and how much of it there is to be.</summary>
/// <param name="output">Where it goes.</param>
/// <param name="isShort">Whether a small part of the work is enough, as in a test.</param>
/// <param name="cancellationToken">Ends the chapter.</param>
internal sealed class ChapterRun(TextWriter output, bool isShort, CancellationToken cancellationToken)
{
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>How much to do.</summary>
    public int Amount(int usual, int inShort) => isShort ? inShort : usual;

    public void Say(string line) => output.WriteLine(line);

    /// <summary>Says that something is so, and makes sure of it.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public void Claim(bool holds, FormattableString claim)
    {
        string text = FormattableString.Invariant(claim);
        if (!holds) throw new InvalidOperationException($"This does not hold: {text}");
        output.WriteLine($"  {text}");
    }

    public static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <summary>Takes as long as a call over the network may.</summary>
    public Task LatencyAsync(int milliseconds) => LatencyAsync(milliseconds, cancellationToken);

    public static Task LatencyAsync(int milliseconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellationToken);
}
