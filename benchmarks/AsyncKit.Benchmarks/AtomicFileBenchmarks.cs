using AsyncKit.IO;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of replacing a file as a whole, against writing it in place, and against a temporary file that is
/// renamed and not flushed.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class AtomicFileBenchmarks
{
    private byte[] _content = [];
    private string _folder = "";
    private string _target = "";

    [Params(4 * 1024, 1024 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("asynckit-").FullName;
        _target = Path.Combine(_folder, "target");
        _content = new byte[Size];
        new Random(1).NextBytes(_content);
    }

    [GlobalCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Benchmark(Baseline = true)]
    public Task WriteInPlaceAsync() => File.WriteAllBytesAsync(_target, _content);

    [Benchmark]
    public async Task WriteAndMoveAsync()
    {
        string temporary = Path.Combine(_folder, Path.GetRandomFileName());
        await File.WriteAllBytesAsync(temporary, _content);
        File.Move(temporary, _target, overwrite: true);
    }

    [Benchmark]
    public Task ReplaceAsync() => ReplaceAsync(FileDurability.None);

    [Benchmark]
    public Task ReplaceAndFlushFileAsync() => ReplaceAsync(FileDurability.File);

    [Benchmark]
    public Task ReplaceAndFlushFileAndFolderAsync() => ReplaceAsync(FileDurability.FileAndFolder);

    private async Task ReplaceAsync(FileDurability durability) => await AtomicFile.ReplaceAsync(
        _target,
        (stream, token) => stream.WriteAsync(_content, token),
        new AtomicFileOptions { Durability = durability });
}
