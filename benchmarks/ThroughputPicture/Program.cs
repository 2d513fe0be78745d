using System.Globalization;
using ThroughputPicture;

// Draws docs/concepts/concurrency-vs-parallelism.svg:
// dotnet run -c Release --project benchmarks/ThroughputPicture -- docs/concepts/concurrency-vs-parallelism.svg
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var path])
{
    Console.Error.WriteLine("Name the file to write.");
    return 1;
}

int[] concurrencies = [1, 2, 4, 8, 16, 32, 64, 128, 256];
Curve waits = await Throughput.MeasureAsync("waits 10 ms (I/O)", concurrencies, Throughput.WaitAsync);
Curve computes = await Throughput.MeasureAsync("computes 1 ms (CPU)", concurrencies, Throughput.ComputeAsync);
foreach (Curve curve in (Curve[])[waits, computes])
{
    Console.WriteLine(curve.Name);
    foreach (Point point in curve.Points)
        Console.WriteLine($"  {point.Concurrency,4} at a time: {point.PerSecond,9:N0} a second");
}

await File.WriteAllTextAsync(path, Chart.Draw([waits, computes], Environment.ProcessorCount));
return 0;
