using System.Text;
using AsyncKit.Concurrency;
using AsyncKit.IO;
using BenchmarkDotNet.Attributes;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of reading the lines of a file that is in memory, against plain reads and the framework.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class TextFileBenchmarks
{
    private const int Size = 128 * 1024 * 1024;

    private static readonly LineReadOptions _withAhead = new();
    private static readonly LineReadOptions _withoutAhead = new() { ReadAhead = false };
    private static readonly ConcurrencyLimit _limit = new(Environment.ProcessorCount);

    private readonly byte[] _buffer = new byte[256 * 1024];
    private string _folder = "";
    private string _path = "";
    private string _shortPath = "";

    [Params("ascii", "mixed")]
    public string Text { get; set; } = "";

    [GlobalSetup]
    public void WriteFiles()
    {
        _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;
        _path = Path.Combine(_folder, "long");
        _shortPath = Path.Combine(_folder, "short");
        Write(_path, Size);
        Write(_shortPath, 4096);
    }

    [GlobalCleanup]
    public void DeleteFiles() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true)]
    public long RawReads()
    {
        using SafeFileHandle file = File.OpenHandle(_path);
        long length = 0;
        while (RandomAccess.Read(file, _buffer, length) is > 0 and var read) length += read;
        return length;
    }

    [Benchmark]
    public Task<long> BatchesAsync() => SumAsync(_withAhead);

    [Benchmark]
    public Task<long> BatchesWithoutReadAheadAsync() => SumAsync(_withoutAhead);

    [Benchmark]
    public async Task<long> CountLinesAsync() => await TextFile.CountLinesAsync(_path);

    [Benchmark]
    public async Task<int> ReadLinesAsync()
    {
        var count = 0;
        await foreach (string _ in TextFile.ReadLinesAsync(_path)) count++;
        return count;
    }

    [Benchmark]
    public Task<int> AggregateAsync() => TextFile.AggregateAsync(
        _path,
        static () => 0,
        static (ref int spaces, ReadOnlySpan<byte> line) => spaces += line.Count((byte)' '),
        static (first, second) => first + second,
        _limit);

    [Benchmark]
    public async Task<int> FileReadLinesAsync()
    {
        var count = 0;
        await foreach (string _ in File.ReadLinesAsync(_path)) count++;
        return count;
    }

    [Benchmark]
    public int StreamReaderOf64KiB()
    {
        using var reader = new StreamReader(_path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 64 * 1024);
        var count = 0;
        while (reader.ReadLine() is not null) count++;
        return count;
    }

    [Benchmark]
    public async Task<int> ReadLinesOfAShortFileAsync()
    {
        var count = 0;
        await foreach (string _ in TextFile.ReadLinesAsync(_shortPath)) count++;
        return count;
    }

    [Benchmark]
    public async Task<int> FileReadLinesOfAShortFileAsync()
    {
        var count = 0;
        await foreach (string _ in File.ReadLinesAsync(_shortPath)) count++;
        return count;
    }

    [Benchmark]
    public async Task<int> LastTenLinesAsync() => (await TextFile.ReadLastLinesAsync(_path, 10)).Length;

    private async Task<long> SumAsync(LineReadOptions options)
    {
        await using var reader = new Utf8LineReader(_path, options);
        long sum = 0;
        while (await reader.WaitToReadAsync())
        {
            if (!reader.TryReadBatch(out LineBatch batch)) continue;
            foreach (ReadOnlySpan<byte> line in batch) sum += line.Length;
        }

        return sum;
    }

    // Lines of about 100 bytes.
    private void Write(string path, int size)
    {
        string[] words = Text is "ascii"
            ? ["alpha", "beta", "gamma", "2026-11-26T10:11:12", "GET", "/index.html", "200", "user=42"]
            : ["größe", "naïve", "日本語", "привет", "alpha", "beta", "€uro", "данные", "übung", "2026-11-26"];
        var random = new Random(1);
        using var writer = new StreamWriter(path);
        var line = new StringBuilder();
        for (var written = 0; written < size; written += Encoding.UTF8.GetByteCount(line.ToString()) + 1)
        {
            line.Clear();
            while (line.Length < 95) line.Append(words[random.Next(words.Length)]).Append(' ');
            writer.WriteLine(line);
        }
    }
}
