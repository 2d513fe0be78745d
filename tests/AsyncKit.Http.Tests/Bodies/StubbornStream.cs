namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Gives a byte when it is cancelled, as a transport does that was about to.</summary>
internal sealed class StubbornStream : MemoryStream
{
    public CancellationToken LastToken { get; private set; }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        LastToken = cancellationToken;
        var cancelled = new TaskCompletionSource();
        await using CancellationTokenRegistration registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
        return 1;
    }
}
