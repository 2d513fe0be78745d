using System.Security.Cryptography;
using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class BlockingRunnerSnippets
{
    [Fact]
    public async Task BlockingCalls_HaveThreadsOfTheirOwn()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string file = Path.GetTempFileName();

        #region blocking-runner
        await using var disk = new BlockingRunner(maxThreads: 4);

        string hash = await disk.RunAsync(_ =>
        {
            using FileStream content = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(content)); // blocks a thread of the runner, none of the pool
        }, cancellationToken);
        #endregion

        Assert.Equal(64, hash.Length);
        File.Delete(file);
    }

    [Fact]
    public async Task ACallThatHangs_IsLeft()
    {
        using var hangs = new ManualResetEventSlim();
        using var source = new CancellationTokenSource();
        CancellationToken cancellationToken = source.Token;

        #region blocking-runner-abandon
        await using var names = new BlockingRunner(new BlockingRunnerOptions
        {
            MaxThreads = 8,
            OnLateFault = fault => Console.WriteLine($"Nobody waits for it any more: {fault.Message}"),
        });

        // The driver knows no token. When the caller has enough, it is left, and its thread counts until it comes back.
        Task<string> lookup = names.RunOrAbandonAsync(_ => LookUp("db.example"), cancellationToken);
        #endregion

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lookup);
        hangs.Set();

        string LookUp(string name)
        {
            hangs.Wait();
            return name;
        }
    }
}
