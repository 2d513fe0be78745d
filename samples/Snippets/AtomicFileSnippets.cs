using System.Text.Json;
using AsyncKit.IO;

namespace AsyncKit.Snippets;

public class AtomicFileSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFile_IsReplacedWhole()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["settings.json"];
        var settings = new Dictionary<string, int> { ["volume"] = 11 };

        #region atomic-file
        await AtomicFile.ReplaceAsync(
            path,
            async (stream, token) => await JsonSerializer.SerializeAsync(stream, settings, cancellationToken: token),
            cancellationToken: cancellationToken);
        #endregion

        Assert.Equal("{\"volume\":11}", await File.ReadAllTextAsync(path, cancellationToken));
    }

    [Fact]
    public async Task ContentThatCanBeMadeAgain_NeedsNoFlush()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        (string path, string html) = (folder["cache.html"], "<p>");

        #region atomic-file-none
        var options = new AtomicFileOptions { Durability = FileDurability.None };
        await AtomicFile.WriteAllTextAsync(path, html, options, cancellationToken);
        #endregion

        Assert.Equal(html, await File.ReadAllTextAsync(path, cancellationToken));
    }
}
