using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Snippets;

public class BoundedRunnerSnippets
{
    [Fact]
    public async Task MapAsync_GivesTheResults_InTheOrderOfTheSource()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] files = [folder["short.txt"], folder["empty.txt"], folder["long.txt"]];
        await File.WriteAllTextAsync(files[0], "1\n", cancellationToken);
        await File.WriteAllTextAsync(files[1], "", cancellationToken);
        await File.WriteAllTextAsync(files[2], "1\n2\n3\n", cancellationToken);

        #region bounded-runner
        var runner = new BoundedRunner(maxConcurrency: 2);

        int[] lines = await runner.MapAsync(files, async (file, token) =>
        {
            string[] text = await File.ReadAllLinesAsync(file, token);
            return text.Length;
        }, cancellationToken);
        #endregion

        Assert.Equal([1, 0, 3], lines);
    }

    [Fact]
    public async Task Await_ThrowsTheFirstFault_AndTheTaskHasAll()
    {
        var runner = new BoundedRunner(maxConcurrency: 2);
        var errors = new List<string>();
        using var bothRun = new CountdownEvent(2);

        async ValueTask DeliverAsync(string parcel, CancellationToken token)
        {
            await Task.Yield();
            bothRun.Signal();
            bothRun.Wait(CancellationToken.None);
            throw new IOException($"{parcel} was lost");
        }

        #region bounded-runner-faults
        Task run = runner.ForEachAsync(["a letter", "a box"], DeliverAsync);
        try
        {
            await run;
        }
        catch (IOException)
        {
            foreach (Exception fault in run.Exception!.InnerExceptions) errors.Add(fault.Message);
        }
        #endregion

        Assert.Equal(["a box was lost", "a letter was lost"], errors.Order());
    }

    [Fact]
    public async Task StreamAsync_GivesEachResultWhenItIsThere()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var shown = new List<string>();

        #region bounded-runner-stream
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 4, PreserveOrder = true });

        await foreach (string thumbnail in runner.StreamAsync(PhotosAsync(), ShrinkAsync, cancellationToken))
        {
            shown.Add(thumbnail);
            if (shown.Count is 3) break;
        }
        #endregion

        Assert.Equal(["photo 0, small", "photo 1, small", "photo 2, small"], shown);

        static async IAsyncEnumerable<string> PhotosAsync()
        {
            for (var i = 0; ; i++)
            {
                await Task.Yield();
                yield return $"photo {i}";
            }
        }

        static async ValueTask<string> ShrinkAsync(string photo, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return $"{photo}, small";
        }
    }

    [Fact]
    public async Task SettleAsync_GivesTheOutcomeOfEachItem()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var runner = new BoundedRunner(maxConcurrency: 2);
        var log = new List<string>();
        string[] parcels = ["a letter", "a box"];

        #region bounded-runner-settle
        await foreach ((string parcel, Settled<string> outcome) in
            runner.SettleAsync(parcels, DeliverAsync, cancellationToken))
        {
            log.Add(outcome.TryGetValue(out string? receipt)
                ? $"{parcel}: {receipt}"
                : $"{parcel}: {outcome.Exception!.Message}");
        }
        #endregion

        Assert.Equal(["a box: it did not fit", "a letter: signed"], log.Order());

        static async ValueTask<string> DeliverAsync(string parcel, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return parcel is "a letter" ? "signed" : throw new IOException("it did not fit");
        }
    }

    [Fact]
    public async Task ForEachByKeyAsync_KeepsTheOrderOfEachKey()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var runner = new BoundedRunner(maxConcurrency: 4);
        var balances = new ConcurrentDictionary<string, string>();
        (string Account, char Booking)[] bookings = [("Ann", 'a'), ("Bob", 'x'), ("Ann", 'b'), ("Bob", 'y')];

        #region bounded-runner-key
        await runner.ForEachByKeyAsync(bookings, booking => booking.Account, async (booking, token) =>
        {
            string before = await LoadAsync(booking.Account, token);
            await SaveAsync(booking.Account, before + booking.Booking, token);
        }, cancellationToken: cancellationToken);
        #endregion

        Assert.Equal("ab", balances["Ann"]);
        Assert.Equal("xy", balances["Bob"]);

        async Task<string> LoadAsync(string account, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return balances.GetValueOrDefault(account, "");
        }

        async Task SaveAsync(string account, string balance, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            balances[account] = balance;
        }
    }

    [Fact]
    public async Task CollectAll_RunsEveryItem_AndThrowsAtTheEnd()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        int[] items = [1, 2, 3, 4];
        var log = new List<string>();

        #region bounded-runner-options
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 8,
            OnError = ErrorPolicy.CollectAll,
            ItemTimeout = TimeSpan.FromSeconds(30),
            Progress = new Progress<RunnerProgress>(progress => Console.WriteLine(progress)),
            Name = "imports",
        });

        try
        {
            await runner.ForEachAsync(items, ImportAsync, cancellationToken);
        }
        catch (CollectedFaultsException e)
        {
            log.Add($"{e.FaultCount} of {items.Length} failed; first: {e.InnerExceptions[0].Message}");
        }
        #endregion

        Assert.Equal("2 of 4 failed; first: even", Assert.Single(log));

        static async ValueTask ImportAsync(int item, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (item % 2 is 0) throw new FormatException("even");
        }
    }
}
