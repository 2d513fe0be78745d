using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Folds the parts of a file, and merges what comes out of them in order.</summary>
/// <typeparam name="TAccumulate">The type of what comes out.</typeparam>
internal sealed class FileAggregation<TAccumulate>(
    string path,
    Func<TAccumulate> seed,
    LineFolder<TAccumulate> fold,
    Func<TAccumulate, TAccumulate, TAccumulate> merge,
    LineReadOptions? given)
{
    private readonly LineReadOptions _options = given ?? LineReadOptions.Default;
    private readonly LineReadOptions _partOptions =
        (given ?? LineReadOptions.Default) with { ReadAhead = false, Progress = null };

    public async Task<TAccumulate> RunAsync(ConcurrencyLimit limit, CancellationToken cancellationToken)
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions { Limit = limit, PreserveOrder = true });
        using SafeFileHandle file = await Task.Run(
            () => File.OpenHandle(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                FileOptions.SequentialScan),
            cancellationToken).ConfigureAwait(false);
        if (!await FileParts.CanCutAsync(path, file, _options, cancellationToken).ConfigureAwait(false))
        {
            return await runner.RunAsync(
                token => FoldAsync(new Utf8LineReader(path, _options), token), cancellationToken).ConfigureAwait(false);
        }

        TAccumulate whole = seed();
        long done = 0;
        // The runner gives its own token to the source, and says whose cancellation it was.
        IAsyncEnumerable<(TAccumulate Value, long Length)> parts = runner.StreamAsync(
            new FileParts(file, _options).CutAsync(CancellationToken.None),
            async ((long Start, long End) part, CancellationToken token) =>
            {
                var reader = new Utf8LineReader(file, path, part, _partOptions);
                return (await FoldAsync(reader, token).ConfigureAwait(false), part.End - part.Start);
            },
            cancellationToken);
        await foreach ((TAccumulate value, long length) in parts.ConfigureAwait(false))
        {
            whole = merge(whole, value);
            _options.Progress?.Report(done += length);
        }

        return whole;
    }

    private async ValueTask<TAccumulate> FoldAsync(Utf8LineReader reader, CancellationToken cancellationToken)
    {
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        TAccumulate value = seed();
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!reader.TryReadBatch(out LineBatch batch)) continue;
            foreach (ReadOnlySpan<byte> line in batch) fold(ref value, line);
        }

        return value;
    }
}
