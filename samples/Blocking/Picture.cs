using System.Globalization;

namespace Blocking;

/// <summary>Draws how late the pool was, over time, in lines of text.</summary>
internal static class Picture
{
    private const int Columns = 60;
    private const int Rows = 8;

    public static void Draw(TextWriter output, string title, PoolProbe probe, TimeSpan width, TimeSpan height)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{title}: at worst {probe.Worst.TotalMilliseconds:N0} ms late"));
        double[] columns = new double[Columns];
        foreach ((TimeSpan at, TimeSpan latency) in probe.Samples)
        {
            // A sample that came late fills the time in which nothing could come.
            int first = Column(at, width);
            int last = Column(at + latency, width);
            for (int column = first; column <= last; column++)
                columns[column] = Math.Max(columns[column], latency / height);
        }

        for (int row = Rows; row >= 1; row--)
        {
            double least = (row - 0.5) / Rows;
            output.WriteLine($"  |{string.Concat(columns.Select(value => value >= least ? '#' : ' ')).TrimEnd()}");
        }

        output.WriteLine($"  +{new string('-', Columns)}");
    }

    private static int Column(TimeSpan at, TimeSpan width) => Math.Clamp((int)(at / width * Columns), 0, Columns - 1);
}
