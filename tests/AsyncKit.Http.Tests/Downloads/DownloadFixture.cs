using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>A fetcher over a stub that has one file, and a folder for what it downloads.</summary>
public abstract class DownloadFixture : FetcherFixture
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    protected DownloadFixture() => Stub.OnAny().Reply(call => Served.Answer(call)).Forever();

    internal ServedFile Served { get; } = new(SomeBytes(100_000));

    protected string Folder => _folder.FullName;

    protected string Target => Path.Combine(Folder, "file.bin");

    protected string Part => Target + ".part";

    protected string Record => Target + ".part.json";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static byte[] SomeBytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected Task<DownloadResult> DownloadAsync(
        DownloadOptions? options = null, IProgress<DownloadProgress>? progress = null) =>
        Fetcher.DownloadAsync(Page, Target, options, progress, TestToken);

    protected Task<FetchException> FailDownloadAsync(DownloadOptions? options = null) =>
        Assert.ThrowsAsync<FetchException>(() => DownloadAsync(options));

    /// <summary>Downloads the beginning, and then the server is gone; later it is back.</summary>
    protected async Task<FetchException> BreakOffAsync(int after, DownloadOptions? options = null)
    {
        Served.BreaksAfter = after;
        FetchException failure = await FailDownloadAsync(options);
        (Served.BreaksAfter, Served.IsGone) = (null, false);
        return failure;
    }

    /// <summary>The target has that content, and nothing lies beside it.</summary>
    protected async Task AssertDownloadedAsync(byte[] content)
    {
        Assert.Equal(content, await File.ReadAllBytesAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFileSystemEntries(Folder));
    }

    /// <summary>The headers Range of all requests so far; null where there was none.</summary>
    protected IEnumerable<string?> Ranges() => Stub.Calls.Select(static call => call.Headers.Range?.ToString());
}
