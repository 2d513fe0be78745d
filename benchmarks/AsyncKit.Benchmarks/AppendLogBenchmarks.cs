using System.Text;
using System.Threading.Channels;
using AsyncKit.IO;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>
/// The cost of a line of 8 producers that nobody waits for, against a channel with a <see cref="StreamWriter"/> behind
/// it.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class AppendLogBenchmarks
{
    private const int Producers = 8;
    private const int Lines = 800_000;

    private readonly string _text = new('x', 100);
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(new string('x', 100));
    private string _folder = "";

    private string FilePath => Path.Combine(_folder, "app.log");

    [GlobalSetup]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;

    [GlobalCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [IterationSetup]
    public void DeleteFile() => File.Delete(FilePath);

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public async Task ChannelAndStreamWriterAsync()
    {
        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(8_192) { SingleReader = true });
        await using var writer = new StreamWriter(FilePath, append: false, Encoding.UTF8, bufferSize: 64 * 1024);
        Task writing = Task.Run(async () =>
        {
            await foreach (string line in channel.Reader.ReadAllAsync()) await writer.WriteLineAsync(line);
        });
        await ProduceAsync(() => channel.Writer.WriteAsync(_text));
        channel.Writer.Complete();
        await writing;
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task AppendLogBytesAsync()
    {
        await using AppendLog log = await OpenAsync();
        await ProduceAsync(() => TakenAsync(log.AppendAsync(_bytes)));
        await log.CompleteAsync();
    }

    [Benchmark(OperationsPerInvoke = Lines)]
    public async Task AppendLogTextAsync()
    {
        await using AppendLog log = await OpenAsync();
        await ProduceAsync(() => TakenAsync(log.AppendAsync(_text)));
        await log.CompleteAsync();
    }

    private ValueTask<AppendLog> OpenAsync() =>
        AppendLog.OpenAsync(FilePath, new AppendLogOptions { CompleteLevel = CommitLevel.Os });

    private static ValueTask TakenAsync(ValueTask<long> append) =>
        append.IsCompletedSuccessfully ? default : new ValueTask(append.AsTask());

    private static Task ProduceAsync(Func<ValueTask> append) =>
        Task.WhenAll(Enumerable.Range(0, Producers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Lines / Producers; i++) await append();
        })));
}
