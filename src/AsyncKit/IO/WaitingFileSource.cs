using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A pipe, a terminal, or what else has a handle and no length: somebody writes to it meanwhile.</summary>
internal sealed class WaitingFileSource(SafeFileHandle file, string name, bool leaveOpen) : ByteSource
{
    // How long it takes until a cancellation is seen, at most.
    private const int CheckMilliseconds = 20;

    private readonly FileStream _stream = new(file, FileAccess.Read, bufferSize: 0, isAsync: file.IsAsync);

    public override string Name => name;

    // A read that has begun cannot be called back, and takes what comes from whoever reads next. So nothing is read
    // before there is something.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                while (!Posix.WaitForInput(file, CheckMilliseconds)) cancellationToken.ThrowIfCancellationRequested();
                return _stream.Read(buffer.Span);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync() => leaveOpen ? default : _stream.DisposeAsync();
}
