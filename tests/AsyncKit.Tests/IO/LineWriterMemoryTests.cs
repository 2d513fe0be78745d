using System.Text;
using AsyncKit.IO;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.IO;

/// <summary>What a line costs that is written. Runs alone: others in the process allocate.</summary>
[Collection(typeof(Alone))]
public sealed class LineWriterMemoryTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task PitfallOfAllocations_ALineThatIsWritten_IsTakenAtOnce_AndAllocatesNothing()
    {
        await using LineWriter writer = LineWriter.Create(
            _folder.PathOf("lines"), new LineWriterOptions { BufferSize = 1 << 20, Durability = FileDurability.None });
        string text = new string('x', 90) + "größer";
        byte[] bytes = Encoding.UTF8.GetBytes(text);

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.True(writer.WriteLineAsync(text).IsCompletedSuccessfully);
                Assert.True(writer.WriteLineAsync(bytes).IsCompletedSuccessfully);
                Assert.True(writer.WriteLineAsync($"{text}, {text}").IsCompletedSuccessfully);
            }
        }));
    }
}
