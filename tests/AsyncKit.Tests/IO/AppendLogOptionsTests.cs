using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public class AppendLogOptionsTests
{
    public static TheoryData<AppendLogOptions, string> Broken => new()
    {
        { new() { MaxPendingBytes = 4_095 }, "MaxPendingBytes must be at least 4096, but was 4095" },
        { new() { MaxLineBytes = 0 }, "MaxLineBytes must be at least 1, but was 0" },
        {
            new() { MaxPendingBytes = 4_096, MaxLineBytes = 2_048 },
            "MaxLineBytes must be less than half of MaxPendingBytes, 2048, but was 2048"
        },
        { new() { SharedAppend = true, Roll = new() { Daily = true } }, "Roll must be null for a file that is shared" },
        { new() { ReserveBytes = -1 }, "ReserveBytes must be at least 0, but was -1" },
        { new() { TornLine = (TornLine)2 }, "TornLine must be Truncate or Terminate, but was 2" },
        { new() { CompleteLevel = (CommitLevel)3 }, "CompleteLevel must be Buffered, Os or Disk, but was 3" },
        { new() { TimeProvider = null! }, "TimeProvider must not be null" },
        { new() { Roll = new() }, "Roll must have MaxFileBytes or Daily, but has neither" },
        { new() { Roll = new() { MaxFileBytes = 0 } }, "Roll.MaxFileBytes must be at least 1, but was 0" },
        {
            new() { Roll = new() { Daily = true, MaxRolledFiles = 0 } },
            "Roll.MaxRolledFiles must be at least 1, but was 0"
        },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void OptionsOutOfTheirRange_AreRefusedAtTheCall(AppendLogOptions options, string why)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        ArgumentException refused = Assert.Throws<ArgumentException>(
            nameof(options), () => { _ = AppendLog.OpenAsync(path, options, TestContext.Current.CancellationToken); });

        Assert.StartsWith(why + ".", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }
}
