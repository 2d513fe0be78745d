using System.Security.Cryptography;
using AsyncKit.Concurrency;

namespace AsyncKit.Snippets.Concepts;

public class BlockingCallsSnippets
{
    [Fact]
    public async Task BlockingWork_TakesNoMoreThreadsThanTheLimit()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] files = [folder["a"], folder["b"], folder["c"]];
        foreach (string file in files) await File.WriteAllTextAsync(file, "same", cancellationToken);

        #region avoiding-blocking-calls
        var disk = new BoundedRunner(maxConcurrency: 2); // at most two pool threads are held

        string[] hashes = await disk.MapAsync(
            files, (file, token) => ValueTask.FromResult(HashFile(file)), cancellationToken);

        static string HashFile(string file)
        {
            using FileStream content = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(content)); // blocks while the disk reads
        }
        #endregion

        Assert.Equal(3, hashes.Length);
        Assert.Single(hashes.Distinct());
    }
}
