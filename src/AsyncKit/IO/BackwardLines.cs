using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Reads the lines of a file from its end, without reading what comes before them.</summary>
/// <remarks>As much is kept as the longest line takes: what has been given is forgotten.</remarks>
[DebuggerDisplay("{_path,nq} at {_offset}")]
internal sealed class BackwardLines : IDisposable
{
    private const int FirstSize = 8 * 1024;
    private const int BlockSize = 64 * 1024;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private byte[] _buffer = new byte[FirstSize];

    // What has been read and not given: the bytes of the file from _offset on.
    private int _start;
    private int _end;
    private long _offset;
    private bool _hasBreak;
    private bool _isAtStart;

    private BackwardLines(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
        _offset = RandomAccess.GetLength(file);
        _start = _end = _buffer.Length;
    }

    /// <summary>The line that was found.</summary>
    public string Current { get; private set; } = "";

    public static async ValueTask<BackwardLines> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (FileStatus.KindOf(path) is FileKind.Regular) return Open(path);
        return await Task.Run(() => Open(path), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the line before.</summary>
    /// <returns>Whether there is one.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isAtStart) return false;
        if (_start == _end)
        {
            // Nothing is there yet, or no more than the break of the line before.
            if (_offset is 0 && !_hasBreak) return false;
            if (_offset > 0) await ReadBlockAsync(cancellationToken).ConfigureAwait(false);
            if (!_hasBreak && _buffer[_end - 1] is (byte)'\n')
            {
                _hasBreak = true;
                _end--;
            }
        }

        int scanned = 0;
        while (true)
        {
            int lineBreak = _buffer.AsSpan(_start, _end - _start - scanned).LastIndexOf((byte)'\n');
            if (lineBreak >= 0)
            {
                Give(_start + lineBreak + 1);
                _end = _start + lineBreak;
                _hasBreak = true;
                return true;
            }

            if (_offset is 0)
            {
                SkipMark();
                _isAtStart = true;
                Give(_start);
                return true;
            }

            scanned = _end - _start;
            if (scanned > LineReadOptions.Default.MaxLineBytes)
            {
                throw new InvalidDataException(
                    $"The line before byte {_offset + scanned} of '{_path}' is longer than "
                    + $"{LineReadOptions.Default.MaxLineBytes} bytes.");
            }

            await ReadBlockAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();

    private static BackwardLines Open(string path)
    {
        SafeFileHandle file =
            File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            return new BackwardLines(path, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void Give(int start)
    {
        int end = _end;
        if (_hasBreak && end > start && _buffer[end - 1] is (byte)'\r') end--;
        Current = Encoding.UTF8.GetString(_buffer, start, end - start);
    }

    private void SkipMark()
    {
        if (_buffer.AsSpan(_start, _end - _start).StartsWith(Encoding.UTF8.Preamble)) _start += 3;
    }

    // Reads the block before what is there, which moves to the end of the buffer when there is no room before it.
    private async ValueTask ReadBlockAsync(CancellationToken cancellationToken)
    {
        int kept = _end - _start;
        bool isFirst = _buffer.Length is FirstSize && kept is 0 && !_hasBreak;
        int size = (int)Math.Min(_offset, isFirst ? FirstSize : BlockSize);
        if (size > _start)
        {
            byte[] larger = kept + size > _buffer.Length ? new byte[Math.Max(2 * kept, kept + BlockSize)] : _buffer;
            _buffer.AsSpan(_start, kept).CopyTo(larger.AsSpan(larger.Length - kept));
            _buffer = larger;
            _end = larger.Length;
            _start = _end - kept;
        }

        Memory<byte> block = _buffer.AsMemory(_start - size, size);
        _offset -= size;
        _start -= size;
        int read = Math.Max(0, CachedReads.Read(_file, block.Span, _offset));
        while (read < size)
        {
            int more = await RandomAccess.ReadAsync(_file, block[read..], _offset + read, cancellationToken)
                .ConfigureAwait(false);
            if (more is 0) throw new IOException($"'{_path}' was cut while it was read.");
            read += more;
        }
    }
}
