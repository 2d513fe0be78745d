using AsyncKit.IO;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.IO;

/// <summary>What an append costs. Runs alone: others in the process allocate.</summary>
[Collection(typeof(Alone))]
public sealed class AppendLogMemoryTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = Limit)]
    public async Task PitfallOfHops_ABufferedLine_IsTakenAtOnce_AndAllocatesNothing()
    {
        await using AppendLog log = await AppendLog.OpenAsync(
            Path.Combine(_folder.FullName, "app.log"),
            cancellationToken: TestContext.Current.CancellationToken);
        string text = new string('x', 90) + "größer";
        byte[] bytes = new byte[100];

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(log.AppendAsync(text).IsCompletedSuccessfully);
                Assert.True(log.AppendAsync(bytes).IsCompletedSuccessfully);
            }
        }));
    }
}
