using AsyncKit.IO;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.IO;

/// <summary>What a line costs that is read. Runs alone: others in the process allocate.</summary>
[Collection(typeof(Alone))]
public sealed class Utf8LineReaderMemoryTests : IDisposable
{
    private const int Lines = 1_000;

    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PitfallOfHops_ManyLines_TakeOneWait_AndAllocateNothing()
    {
        await using var reader = new Utf8LineReader(Text());
        Assert.True(await reader.WaitToReadAsync(TestToken));
        var lines = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();

        while (reader.TryRead(out ReadOnlySpan<byte> line)) lines += line.Length / 5;

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Lines, lines);
        Assert.False(await reader.WaitToReadAsync(TestToken));
    }

    [Fact]
    public async Task PitfallOfAllocations_OfALineThatIsGivenAsAString_OnlyTheStringIsAllocated()
    {
        long ofString = Allocations.LeastOf(static () => GC.KeepAlive(new string('x', 5)));
        await using IAsyncEnumerator<string> lines =
            TextFile.ReadLinesAsync(Text(), cancellationToken: TestToken).GetAsyncEnumerator(TestToken);
        Assert.True(await lines.MoveNextAsync());

        // Behind the first, which waited for the file, each of these is in memory.
        Assert.Equal(5 * ofString, Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 5; i++)
            {
                ValueTask<bool> next = lines.MoveNextAsync();
                if (!next.IsCompletedSuccessfully) Assert.Fail("It did not complete at once.");
            }
        }));
    }

    private string Text() =>
        _folder.Write("text", string.Concat(Enumerable.Range(0, Lines).Select(static i => $"{i:D5}\n")));
}
