using AsyncKit.IO;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of copying a file that is in memory, against the framework's ways. Nothing is flushed.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class AsyncFilesCopyBenchmarks
{
    private const int Size = 64 * 1024 * 1024;

    private string _folder = "";
    private string _source = "";
    private string _copy = "";

    [GlobalSetup]
    public void WriteSource()
    {
        _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;
        _source = Path.Combine(_folder, "source");
        _copy = Path.Combine(_folder, "copy");
        var content = new byte[Size];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(_source, content);
    }

    [GlobalCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    // Each makes a new file: to write over the blocks of an old one takes another time than to find new ones.
    [IterationCleanup]
    public void DeleteCopy() => File.Delete(_copy);

    [Benchmark(Baseline = true)]
    public void FileCopy() => File.Copy(_source, _copy);

    [Benchmark]
    public async Task StreamCopyToAsync()
    {
        await using var source = new FileStream(
            _source, FileMode.Open, FileAccess.Read, FileShare.Read, 4096, FileOptions.Asynchronous);
        await using var copy = new FileStream(
            _copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, 4096, FileOptions.Asynchronous);
        await source.CopyToAsync(copy);
    }

    [Benchmark]
    public async Task<long> CopyAsync() => await AsyncFiles.CopyAsync(_source, _copy);
}
