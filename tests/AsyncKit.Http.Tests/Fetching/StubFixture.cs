using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>A stub on a clock moved by hand, and options with delays that are exact.</summary>
public abstract class StubFixture
{
    protected StubFixture()
    {
        Stub = new HttpStub(Time);
        Options = new HttpFetcherOptions { TimeProvider = Time, Retry = { UseJitter = false } };
    }

    protected static Uri Page { get; } = new("https://example.org/page");

    protected static CancellationToken TestToken => TestContext.Current.CancellationToken;

    protected ManualTimeProvider Time { get; } = new();

    protected HttpStub Stub { get; }

    /// <summary>To be changed before what is tested is first used.</summary>
    protected HttpFetcherOptions Options { get; }

    /// <summary>When each request arrived, in seconds of the clock.</summary>
    protected IEnumerable<double> Arrivals() => Stub.Calls.Select(call => (call.ReceivedAt - Time.Start).TotalSeconds);

    /// <summary>Moves the clock second by second until the work has ended.</summary>
    protected async Task<T> FinishAsync<T>(Task<T> work)
    {
        for (var second = 0; second < 1_000 && !work.IsCompleted; second++) Time.Advance(TimeSpan.FromSeconds(1));

        // A cancelled delay ends on the thread pool, some time after the clock was moved.
        return await work.WaitAsync(TimeSpan.FromSeconds(30), TestToken);
    }
}
