using System.Runtime.InteropServices;

namespace AsyncKit.Concurrency;

/// <summary>One run of an application, from its start to its exit code.</summary>
/// <param name="options">How to end.</param>
/// <param name="stop">Cancelled by the first signal. Not disposed: a signal may come at any moment.</param>
internal sealed class ApplicationRun(ApplicationOptions options, CancellationTokenSource stop)
{
    private const int Fault = 1;
    private const int FirstOfSignals = 128;

    // Their numbers are the same on every system that .NET runs on.
    private static readonly (PosixSignal Signal, int Number)[] _signals =
        [(PosixSignal.SIGHUP, 1), (PosixSignal.SIGINT, 2), (PosixSignal.SIGQUIT, 3), (PosixSignal.SIGTERM, 15)];

    private int _signal;

    private TextWriter Error => options.Error ?? Console.Error;

    public async Task<int> RunAsync(Func<CancellationToken, ValueTask<int>> main)
    {
        List<PosixSignalRegistration> registrations = [.. _signals.Select(
            signal => PosixSignalRegistration.Create(signal.Signal, context => Take(signal.Number, context)))];
        try
        {
            int code = await RunMainAsync(main).ConfigureAwait(false);
            return await DrainAsync().ConfigureAwait(false) || code is not 0 ? code : Fault;
        }
        finally
        {
            foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        }
    }

    // The second signal does what signals do: it ends the process.
    private void Take(int number, PosixSignalContext context)
    {
        if (Interlocked.CompareExchange(ref _signal, number, 0) is not 0) return;
        context.Cancel = true;
        _ = CancelAsync();
    }

    private async Task CancelAsync()
    {
        try
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            await Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
        }
    }

    private async Task<int> RunMainAsync(Func<CancellationToken, ValueTask<int>> main)
    {
        try
        {
            return await main(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return FirstOfSignals + _signal;
        }
        catch (Exception e)
        {
            await Error.WriteLineAsync(e.ToString()).ConfigureAwait(false);
            return Fault;
        }
    }

    private async Task<bool> DrainAsync()
    {
        if (options.Background is null) return true;
        IReadOnlyList<BackgroundWork> left =
            await options.Background.DrainAsync(options.DrainTimeout).ConfigureAwait(false);
        foreach (BackgroundWork work in left)
            await Error.WriteLineAsync($"'{work.Name}' did not end: it has run for {work.Age}.").ConfigureAwait(false);
        return left.Count is 0;
    }
}
