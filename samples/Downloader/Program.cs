using AsyncKit.Http;
using Downloader;
using Downloader.Display;
using Downloader.Site;

return await DownloaderCommand.InvokeAsync(args, RunAsync);

static async Task<int> RunAsync(Uri? url, string path, string? sha256, CancellationToken cancellationToken)
{
    try
    {
        if (url is null) return await ShowAsync(Path.Combine(path, "blob.bin"), sha256, cancellationToken);
        await using var fetcher = new HttpFetcher();
        Report(await DownloadAsync(fetcher, url, path, sha256, cancellationToken));
        return ExitCode.Complete;
    }
    catch (Exception e) when (e is FetchException or IOException or UnauthorizedAccessException or ArgumentException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return ExitCode.Failed;
    }
    catch (OperationCanceledException)
    {
        await Console.Error.WriteLineAsync("Ended early. Run it again to go on.");
        return ExitCode.Interrupted;
    }
}

// The embedded server breaks off three times, and the program itself gives up once: the file is whole all the same.
static async Task<int> ShowAsync(string path, string? sha256, CancellationToken cancellationToken)
{
    await using EmbeddedBlob blob = await EmbeddedBlob.StartAsync(cancellationToken);
    await using var fetcher = new HttpFetcher();
    Console.WriteLine($"Downloading {blob.Uri} to {path}.");
    Console.WriteLine("The server breaks off after each 7 MiB, three times.");
    try
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await DownloadAsync(fetcher, blob.Uri, path, sha256, stop.Token, stopAt: EmbeddedBlob.Length / 2, stop);
    }
    catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
    {
        Console.WriteLine($"Cancelled half-way: {new FileInfo($"{path}.part").Length:N0} bytes wait in {path}.part.");
    }

    DownloadResult result = await DownloadAsync(fetcher, blob.Uri, path, sha256 ?? blob.Sha256, cancellationToken);
    Report(result);
    Console.WriteLine($"The server was asked {blob.Requests} times, and sent {blob.BytesSent:N0} bytes.");
    bool isEqual = string.Equals(result.Sha256, blob.Sha256, StringComparison.OrdinalIgnoreCase);
    Console.WriteLine($"The hash is {(isEqual ? "" : "NOT ")}that of the server's file.");
    return isEqual && result.WasResumed ? ExitCode.Complete : ExitCode.Failed;
}

static async Task<DownloadResult> DownloadAsync(
    HttpFetcher fetcher,
    Uri uri,
    string path,
    string? sha256,
    CancellationToken cancellationToken,
    long stopAt = long.MaxValue,
    CancellationTokenSource? stop = null)
{
    IDownloadDisplay display = Console.IsOutputRedirected ? new PlainDisplay(Console.Out) : new ProgressBarDisplay();
    return await display.ShowWhileAsync(progress => fetcher.DownloadAsync(
        uri,
        path,
        new DownloadOptions { Sha256 = sha256 },
        new StoppingProgress(progress, stopAt, stop),
        cancellationToken));
}

static void Report(DownloadResult result)
{
    Console.WriteLine($"{result.Path}: {result.Length:N0} bytes, of which {result.ResumedFrom:N0} were there already.");
    Console.WriteLine($"SHA-256 {result.Sha256}, {result.Attempts.Count} attempts, ETag {result.ETag ?? "none"}.");
}
