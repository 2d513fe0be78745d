using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Opens what a reader was given, when it begins to read.</summary>
internal sealed class SourceOpening : IAsyncDisposable
{
    private readonly LineReadOptions _options;
    private readonly string? _path;
    private readonly SafeFileHandle? _file;
    private readonly Stream? _stream;

    public SourceOpening(string path, LineReadOptions options)
    {
        _path = Path.GetFullPath(path);
        _options = options;
        Name = _path;
    }

    public SourceOpening(SafeFileHandle file, LineReadOptions options)
    {
        _file = file;
        _options = options;
        Name = "the handle";
    }

    public SourceOpening(Stream stream, LineReadOptions options)
    {
        _stream = stream;
        _options = options;
        Name = (stream as FileStream)?.Name ?? "the stream";
    }

    public SourceOpening(PipeReader pipe, LineReadOptions options)
    {
        _stream = pipe.AsStream(options.LeaveOpen);
        _options = options;
        Name = "the pipe";
    }

    /// <summary>What the source is called in messages.</summary>
    public string Name { get; }

    /// <summary>Whether it is to be found out by the first bytes that the file is compressed.</summary>
    public bool FindsCompression { get; private set; }

    /// <summary>Opens what can be opened without waiting for anybody but the disk.</summary>
    /// <returns>The source; none if it is not known to be of that kind.</returns>
    public ByteSource? TryOpenAtOnce() => _path is null || Posix.IsRegularFile(_path) ? Open() : null;

    /// <summary>Opens on the pool: the name of a pipe waits until somebody opens its other end.</summary>
    public async ValueTask<ByteSource> OpenAsync(CancellationToken cancellationToken)
    {
        Task<ByteSource> opening = Task.Run(Open, cancellationToken);
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!opening.IsCompleted)
        {
            _ = CloseAsync(opening);
            throw;
        }
    }

    /// <summary>Reads a file from its start as what it has turned out to be.</summary>
    public ByteSource Decompress(ByteSource source)
    {
        FindsCompression = false;
        return Decompress(((FileSource)source).File, FileCompression.GZip);
    }

    /// <summary>Closes what was given and not opened.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_options.LeaveOpen) return;
        _file?.Dispose();
        if (_stream is null) return;
        await new StreamSource(_stream, Name, isOurs: false, leaveOpen: false).DisposeAsync().ConfigureAwait(false);
    }

    private static async Task CloseAsync(Task<ByteSource> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ = opening.Exception;
        if (!opening.IsCompletedSuccessfully) return;
        ByteSource source = await opening.ConfigureAwait(false);
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private ByteSource Open()
    {
        if (_stream is not null) return OpenStream(_stream);
        SafeFileHandle file = _file ?? File.OpenHandle(
            _path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        if (!IsSeekable(file)) return new WaitingFileSource(file, Name, _options.LeaveOpen);
        FileCompression compression = _options.Compression;
        if (compression is FileCompression.Auto && _path is not null)
        {
            FindsCompression = true;
            if (Path.GetExtension(_path.AsSpan()).Equals(".br", StringComparison.OrdinalIgnoreCase))
                compression = FileCompression.Brotli;
        }

        return compression is FileCompression.GZip or FileCompression.Brotli
            ? Decompress(file, compression)
            : new FileSource(file, Name, _options.LeaveOpen);
    }

    private StreamSource OpenStream(Stream stream) => _options.Compression switch
    {
        FileCompression.GZip => Of(new GZipStream(stream, CompressionMode.Decompress, _options.LeaveOpen)),
        FileCompression.Brotli => Of(new BrotliStream(stream, CompressionMode.Decompress, _options.LeaveOpen)),
        _ => Of(stream, _options.LeaveOpen),
    };

    private StreamSource Of(Stream stream, bool leaveOpen = false) => new(stream, Name, isOurs: false, leaveOpen);

    private StreamSource Decompress(SafeFileHandle file, FileCompression compression)
    {
        var content = new FileStream(file, FileAccess.Read, bufferSize: 64 * 1024);
        Stream text = compression is FileCompression.GZip
            ? new GZipStream(content, CompressionMode.Decompress)
            : new BrotliStream(content, CompressionMode.Decompress);
        return new StreamSource(text, Name, isOurs: true, leaveOpen: false);
    }

    private static bool IsSeekable(SafeFileHandle file)
    {
        try
        {
            _ = RandomAccess.GetLength(file);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
