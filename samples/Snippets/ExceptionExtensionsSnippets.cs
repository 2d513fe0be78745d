using AsyncKit.Errors;

namespace AsyncKit.Snippets;

public class ExceptionExtensionsSnippets
{
    [Fact]
    public async Task FaultsOfOneKind_AreHandled_AndTheOthersThrownOn()
    {
        string[] files = ["missing.txt", "locked.txt", "bad.txt"];
        var skipped = new List<string>();

        async Task ImportAllAsync()
        {
            #region exception-split
            Task[] imports = [.. files.Select(ImportAsync)];
            Task all = Task.WhenAll(imports);
            try
            {
                await all;
            }
            catch (Exception) when (all.Exception is { } faults)
            {
                (IReadOnlyList<IOException> ofFiles, IReadOnlyList<Exception> others) = faults.Split<IOException>();
                foreach (IOException fault in ofFiles) skipped.Add(fault.Message);
                if (others.Count > 0) throw new AggregateException(others);
            }
            #endregion
        }

        var left = await Assert.ThrowsAsync<AggregateException>(ImportAllAsync);
        Assert.IsType<FormatException>(Assert.Single(left.InnerExceptions));
        Assert.Equal(["locked.txt", "missing.txt"], skipped.Order(StringComparer.Ordinal));

        static async Task ImportAsync(string file)
        {
            await Task.Yield();
            throw file is "bad.txt" ? new FormatException(file) : new IOException(file);
        }
    }

    [Fact]
    public async Task WhoCancelled_IsAskedOfTheToken()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken cancellationToken = caller.Token;
        var log = new List<string>();

        async Task SaveAsync()
        {
            #region exception-cancellation
            try
            {
                await StoreAsync(cancellationToken);
            }
            catch (Exception e) when (!e.IsCancellationBy(cancellationToken))
            {
                log.Add($"Not saved: {e.Message}"); // also a cancellation that our caller did not ask for
                throw;
            }
            #endregion
        }

        await Assert.ThrowsAsync<OperationCanceledException>(SaveAsync);
        await caller.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(SaveAsync);
        Assert.Equal(["Not saved: by the store"], log);

        static async Task StoreAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            throw new OperationCanceledException("by the store");
        }
    }
}
