namespace AsyncKit.Tests.Diagnostics;

/// <summary>Throws at every event about one object.</summary>
internal sealed class ThrowingListener(object source) : RecordingListener(source)
{
    protected override ValueTask PassAsync(string line) => throw new InvalidOperationException(line);

    protected override void Record(string line) => throw new InvalidOperationException(line);
}
