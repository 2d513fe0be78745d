using System.Text;
using AsyncKit.IO;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of writing a line, against a <see cref="StreamWriter"/>, with and without a flush and a rename.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class LineWriterBenchmarks
{
    private const int Lines = 200_000;

    private readonly string _line = new('x', 100);
    private string _folder = "";

    [GlobalSetup]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;

    [GlobalCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public async Task StreamWriterFlushAndMoveAsync()
    {
        string temporary = Path.Combine(_folder, "lines.tmp");
        await using (var stream = new FileStream(
            temporary, FileMode.Create, FileAccess.Write, FileShare.None, 4096, useAsync: true))
        await using (var writer = new StreamWriter(stream, bufferSize: 64 * 1024))
        {
            for (var i = 0; i < Lines; i++) await writer.WriteLineAsync(_line);
            await writer.FlushAsync();
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path.Combine(_folder, "lines.txt"), overwrite: true);
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task StreamWriterAsync()
    {
        await using var writer = new StreamWriter(
            Path.Combine(_folder, "plain.txt"), Encoding.UTF8, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                BufferSize = 64 * 1024,
                Options = FileOptions.Asynchronous,
            });
        for (var i = 0; i < Lines; i++) await writer.WriteLineAsync(_line);
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task LineWriterCreateAsync()
    {
        await using LineWriter writer = LineWriter.Create(
            Path.Combine(_folder, "plain.txt"), new LineWriterOptions { Durability = FileDurability.None });
        for (var i = 0; i < Lines; i++) await writer.WriteLineAsync(_line);
        await writer.CompleteAsync();
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task LineWriterCreateAtomicAsync()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Path.Combine(_folder, "lines.txt"));
        for (var i = 0; i < Lines; i++) await writer.WriteLineAsync(_line);
        await writer.CompleteAsync();
    }
}
