using System.Net;
using System.Security.Cryptography;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>What came is compared with what was promised: length and digests of the caller and of the server.</summary>
public class DownloadDigestTests : DownloadFixture
{
    private string Sha256 => Convert.ToHexString(SHA256.HashData(Served.Content));

    [Theory]
    [InlineData("Repr-Digest", "sha-256")]
    [InlineData("Repr-Digest", "sha-512")]
    [InlineData("Content-Digest", "sha-256")]
    public async Task TheDigestOfTheServer_IsCompared(string header, string algorithm)
    {
        Served.Change = Promise(header, algorithm, Served.Content);
        await DownloadAsync();
        await AssertDownloadedAsync(Served.Content);
        byte[] old = Served.Content;
        Served.Content = SomeBytes(100_000, seed: 2);

        FetchException failure = await FailDownloadAsync();

        Assert.Equal(FetchFailure.ContentMismatch, failure.Failure);
        Assert.Contains("as the server says", failure.Message, StringComparison.Ordinal);
        await AssertDownloadedAsync(old);
        await DownloadAsync(new DownloadOptions { VerifyDigests = false });
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task TheDigestOfTheCaller_IsCompared()
    {
        await DownloadAsync(new DownloadOptions { Sha256 = Sha256 });
        byte[] old = Served.Content;
        var options = new DownloadOptions { Sha256 = Sha256.ToLowerInvariant() };
        Served.Content = SomeBytes(100_000, seed: 2);

        FetchException failure = await FailDownloadAsync(options);

        Assert.Equal(FetchFailure.ContentMismatch, failure.Failure);
        Assert.Contains("as the caller says", failure.Message, StringComparison.Ordinal);
        await AssertDownloadedAsync(old);
    }

    [Fact]
    public async Task TheDigest_IsOfTheWhole_AlsoWhenMostOfItCameEarlier()
    {
        Served.Change = Promise("Repr-Digest", "sha-512", Served.Content);
        await BreakOffAsync(60_000);

        // The answer with the rest does not repeat it.
        Served.Change = null;
        byte[] part = await File.ReadAllBytesAsync(Part, TestToken);
        part[17] ^= 1;
        await File.WriteAllBytesAsync(Part, part, TestToken);

        Assert.Equal(FetchFailure.ContentMismatch, (await FailDownloadAsync()).Failure);

        Assert.Empty(Directory.GetFileSystemEntries(Folder));
        Assert.False((await DownloadAsync(new DownloadOptions { Sha256 = Sha256 })).WasResumed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheContentDigestOfTheRest_IsOfTheRestAlone(bool isRight)
    {
        await BreakOffAsync(60_000);
        Served.Change = Promise("Content-Digest", "sha-256", isRight ? Served.Content[60_000..] : Served.Content);

        if (!isRight)
        {
            Assert.Equal(FetchFailure.ContentMismatch, (await FailDownloadAsync()).Failure);
            return;
        }

        Assert.Equal(60_000, (await DownloadAsync()).ResumedFrom);
        await AssertDownloadedAsync(Served.Content);
    }

    [Theory]
    [InlineData("md5=:AAAA:")]
    [InlineData("sha-256=:AAAA:, sha-512=nonsense, =, ,")]
    public async Task ADigestThatIsNotUnderstood_IsPassedOver(string digest)
    {
        Served.Change = response => response.Headers.TryAddWithoutValidation("Repr-Digest", digest);

        await DownloadAsync();

        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task ARestThatIsShorterThanItsRange_IsAMismatch()
    {
        await BreakOffAsync(60_000);
        Served.TellsLength = false;
        Served.Change = response =>
        {
            if (response.StatusCode is not HttpStatusCode.PartialContent) return;
            var range = response.Content.Headers.ContentRange;
            response.Content = new StreamContent(new MemoryStream(Served.Content[60_000..99_000]));
            response.Content.Headers.ContentLength = null;
            response.Content.Headers.ContentRange = range;
        };

        FetchException failure = await FailDownloadAsync();

        Assert.Equal(FetchFailure.ContentMismatch, failure.Failure);
        Assert.Contains("100000 bytes were promised, and 99000 came", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    private static Action<HttpResponseMessage> Promise(string header, string algorithm, byte[] content)
    {
        byte[] digest = algorithm is "sha-256" ? SHA256.HashData(content) : SHA512.HashData(content);
        string value = $"md5=:AAAA:, {algorithm}=:{Convert.ToBase64String(digest)}:";
        return response =>
        {
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
                response.Headers.TryAddWithoutValidation(header, value);
        };
    }
}
