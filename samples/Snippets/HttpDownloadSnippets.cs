using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class HttpDownloadSnippets
{
    private static readonly byte[] _image = [.. Enumerable.Range(0, 50_000).Select(static i => (byte)(i * i))];

    [Fact]
    public async Task ADownload_IsThere_WhenItIsWhole()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        using HttpStub server = CreateServer();
        await using var fetcher = new HttpFetcher(server);
        var image = new Uri("https://example.org/images/disk.img");
        string path = folder["disk.img"];
        IProgress<DownloadProgress> progress = new Progress<DownloadProgress>();

        #region http-download
        DownloadResult result = await fetcher.DownloadAsync(
            image, path, progress: progress, cancellationToken: cancellationToken);
        Console.WriteLine($"{result.Path}: {result.Length} bytes, {result.ResumedFrom} of them from an earlier call");
        #endregion

        Assert.Equal(_image, await File.ReadAllBytesAsync(path, cancellationToken));
        Assert.Equal([path], folder.Files);
    }

    [Fact]
    public async Task ADigest_IsVerified_BeforeTheFileHasItsName()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        using HttpStub server = CreateServer();
        await using var fetcher = new HttpFetcher(server);
        var image = new Uri("https://example.org/images/disk.img");
        string path = folder["disk.img"];
        string published = Convert.ToHexString(SHA256.HashData(_image));

        #region http-download-options
        var options = new DownloadOptions
        {
            Sha256 = published,
            MaxBytes = 4L * 1024 * 1024 * 1024,
            Overwrite = false,
        };
        await fetcher.DownloadAsync(image, path, options, cancellationToken: cancellationToken);
        #endregion

        Assert.Equal([path], folder.Files);
        FetchException other = await Assert.ThrowsAsync<FetchException>(() => fetcher.DownloadAsync(
            image,
            folder["other"],
            options with { Sha256 = new string('0', 64) },
            cancellationToken: cancellationToken));
        Assert.Equal(FetchFailure.ContentMismatch, other.Failure);
        Assert.Equal([path], folder.Files);
    }

    private static HttpStub CreateServer()
    {
        var server = new HttpStub();
        server.On(HttpMethod.Get, "/images/disk.img").Reply(static _ => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Headers = { ETag = new EntityTagHeaderValue("\"1\"") },
            Content = new ByteArrayContent(_image),
        }).Forever();
        return server;
    }
}
