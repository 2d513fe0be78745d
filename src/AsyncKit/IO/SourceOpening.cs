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
    private readonly (long Start, long End)? _part;
    private Task<ByteSource>? _opening;

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

    /// <summary>A part of a file that is left open.</summary>
    public SourceOpening(SafeFileHandle file, string path, (long Start, long End) part, LineReadOptions options)
    {
        _file = file;
        _options = options;
        _part = part;
        Name = part.Start is 0 ? path : $"{path} from byte {part.Start} on";
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

    /// <summary>Where the part begins that is to be read; none when it is all.</summary>
    public long PartStart => _part?.Start ?? 0;

    private bool IsNamedBrotli =>
        Path.GetExtension(_path.AsSpan()).Equals(".br", StringComparison.OrdinalIgnoreCase);

    /// <summary>What the source is called in messages.</summary>
    public string Name { get; }

    /// <summary>Whether it is to be found out by the first bytes that the file is compressed.</summary>
    public bool FindsCompression { get; private set; }

    /// <summary>Opens what can be opened without waiting for anybody but the disk.</summary>
    /// <returns>The source; none if it is not known to be of that kind.</returns>
    public ByteSource? TryOpenAtOnce()
    {
        if (_path is null) return Open();
        return FileStatus.KindOf(_path) switch
        {
            FileKind.Regular => Open(),

            // Not opened as others are: that would wait for the other end, and nothing calls it back.
            FileKind.Pipe => new WaitingFileSource(Posix.OpenPipe(_path), Name, leaveOpen: false),
            _ => null,
        };
    }

    /// <summary>Opens on the pool: of some names it is not known how long that takes.</summary>
    public async ValueTask<ByteSource> OpenAsync(CancellationToken cancellationToken)
    {
        // It cannot be called back. When somebody cancels, the next one waits for it.
        _opening ??= Task.Run(Open, CancellationToken.None);
        try
        {
            return await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (_opening.IsCompleted) _opening = null;
        }
    }

    /// <summary>Reads a file from its start as what it has turned out to be.</summary>
    public ByteSource Decompress(ByteSource source)
    {
        FindsCompression = false;
        source.TrySeek(0);
        return new GZipSource(source);
    }

    /// <summary>Closes what was given and not read, now or when it has been opened.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_opening is not null) _ = Abandoned.CloseAsync(_opening);
        if (_options.LeaveOpen) return;
        _file?.Dispose();
        if (_stream is null) return;
        await new StreamSource(_stream, Name, leaveOpen: false).DisposeAsync().ConfigureAwait(false);
    }

    private ByteSource Open()
    {
        if (_part is { } part) return new FileSource(_file!, Name, leaveOpen: true, part.Start, part.End);
        if (_stream is not null) return Decompressed(new StreamSource(_stream, Name, _options.LeaveOpen));
        SafeFileHandle file = _file ?? File.OpenHandle(
            _path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        bool leavesOpen = _file is not null && _options.LeaveOpen;
        if (!FileTail.TryGetLength(file, out _)) return new WaitingFileSource(file, Name, leavesOpen);
        FindsCompression = _path is not null && _options.Compression is FileCompression.Auto && !IsNamedBrotli;
        return Decompressed(new FileSource(file, Name, leavesOpen));
    }

    private ByteSource Decompressed(ByteSource source) => _options.Compression switch
    {
        FileCompression.GZip => new GZipSource(source),
        FileCompression.Brotli => new BrotliSource(source),
        FileCompression.Auto when IsNamedBrotli => new BrotliSource(source),
        _ => source,
    };
}
