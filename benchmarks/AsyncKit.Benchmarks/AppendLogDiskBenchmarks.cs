using System.Text;
using AsyncKit.IO;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of a line that its producer waits for until it is on the disk, against one flush for each.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class AppendLogDiskBenchmarks
{
    private const int Lines = 4_096;

    private readonly byte[] _line = Encoding.UTF8.GetBytes(new string('x', 100));
    private string _folder = "";

    [Params(1, 128, 1_024)]
    public int Producers { get; set; }

    [GlobalSetup]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;

    [GlobalCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public async Task FlushPerLineAsync()
    {
        string path = Path.Combine(_folder, "stream.log");
        var oneAtATime = new SemaphoreSlim(1);
        await using var stream = new FileStream(
            path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 4096, useAsync: true);
        await ProduceAsync(async () =>
        {
            await oneAtATime.WaitAsync();
            try
            {
                await stream.WriteAsync(_line);
                stream.Flush(flushToDisk: true);
            }
            finally
            {
                oneAtATime.Release();
            }
        });
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task AppendLogAsync()
    {
        string path = Path.Combine(_folder, "app.log");
        await using AppendLog log = await AppendLog.OpenAsync(path);
        await ProduceAsync(async () => await log.AppendAsync(_line, CommitLevel.Disk));
    }

    private Task ProduceAsync(Func<Task> append) =>
        Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Lines / Producers; i++) await append();
        })));
}
