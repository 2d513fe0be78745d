using AsyncKit.IO;

namespace AsyncKit.Snippets.Concepts;

public class FileIoSnippets
{
    [Fact]
    public async Task Lines_AreReadOneByOne_AndWrittenWhole()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await File.WriteAllTextAsync(
            folder["server.log"], "INFO up\nERROR disk\nINFO down\nERROR net\n", cancellationToken);
        (string source, string target) = (folder["server.log"], folder["errors.log"]);

        #region file-io
        await using LineWriter errors = LineWriter.CreateAtomic(target);
        await foreach (string line in TextFile.ReadLinesAsync(source, cancellationToken: cancellationToken))
        {
            if (line.StartsWith("ERROR", StringComparison.Ordinal))
                await errors.WriteLineAsync(line, cancellationToken);
        }

        await errors.CompleteAsync(cancellationToken);
        #endregion

        Assert.Equal("ERROR disk\nERROR net\n", await File.ReadAllTextAsync(target, cancellationToken));
    }
}
