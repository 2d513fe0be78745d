using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Follows a name in the file system: the file that it has, and those that it has after it.</summary>
[DebuggerDisplay("{_path,nq} at {_offset}")]
internal sealed class FileFollower : IDisposable
{
    private const int BlockSize = 64 * 1024;

    private readonly string _path;
    private readonly FollowOptions _options;
    private readonly LineReadOptions _lines;
    private readonly FileWaits _waits;
    private readonly LineBlock _block = new();
    private LineCutter _cutter;
    private SafeFileHandle? _file;
    private FileIdentity _identity;
    private long _offset;
    private FollowChange _change;
    private bool _isFirst = true;
    private bool _isLeft;
    private long _lastGrowth;

    public FileFollower(string path, FollowOptions options)
    {
        _path = path;
        _options = options;
        _lines = options.Lines;
        _waits = new FileWaits(path, options);
        _cutter = NewCutter(0);
    }

    /// <summary>Waits for the next line.</summary>
    public async ValueTask<FollowedLine> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_cutter.View.HasLine || _cutter.TryCut()) return Take();
            if (_file is null && !await TryOpenAsync(cancellationToken).ConfigureAwait(false)
                || _file is not null && !await TryReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (TryTurn()) continue;
                await _waits.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _waits.Dispose();
        _block.Dispose();
        _cutter.Dispose();
    }

    private FollowedLine Take()
    {
        LineView view = _cutter.View;
        long offset = view.Offset;
        string text = view.TakeString();
        FollowChange change = _change;
        _change = FollowChange.None;
        return new FollowedLine(text, offset, view.HasLine ? view.Offset : _cutter.Offset, change);
    }

    private LineCutter NewCutter(long offset)
    {
        var cutter = new LineCutter(_lines, cutsHeads: false, _path);
        cutter.BeginAt(offset, 0, afterCr: false);
        return cutter;
    }

    private async ValueTask<bool> TryOpenAsync(CancellationToken cancellationToken)
    {
        SafeFileHandle? file = await Task.Run(TryOpen, cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            // Whatever comes under this name from now on is new.
            _isFirst = false;
            return false;
        }

        _file = file;
        _identity = FileIdentity.Of(file);
        BeginAt(_isFirst ? _options.StartOffset ?? RandomAccess.GetLength(file) : 0);
        _isFirst = false;
        _isLeft = false;
        return true;
    }

    private SafeFileHandle? TryOpen()
    {
        try
        {
            return File.OpenHandle(
                _path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void BeginAt(long offset)
    {
        _offset = offset;
        _cutter.Dispose();
        _cutter = NewCutter(offset);
        _lastGrowth = _options.TimeProvider.GetTimestamp();
    }

    // Reads what has been appended.
    private async ValueTask<bool> TryReadAsync(CancellationToken cancellationToken)
    {
        _block.Clear(BlockSize);
        int read = CachedReads.Read(_file!, _block.Free.Span, _offset);
        if (read <= 0)
        {
            read = await RandomAccess.ReadAsync(_file!, _block.Free, _offset, cancellationToken).ConfigureAwait(false);
            if (read is 0) return false;
        }

        _block.Add(read);
        if (_offset is 0)
        {
            // A mark that is not whole yet is waited for.
            if (Preamble.Of(_block.Bytes, isAll: read >= Preamble.LongestMark) is not { } preamble) return false;
            if (preamble.Encoding is System.Text.UTF8Encoding)
            {
                _block.Skip(preamble.MarkLength);
                _cutter.BeginAt(preamble.MarkLength, 0, afterCr: false);
            }
        }

        _offset += read;
        _lastGrowth = _options.TimeProvider.GetTimestamp();
        _waits.Reset();
        if (_block.Bytes.IsEmpty) return true;
        _block.Index(LineBreaks.LfOrCrLf);
        _cutter.Take(_block);
        return true;
    }

    // Nothing was appended: perhaps something else has happened.
    private bool TryTurn()
    {
        if (_file is null) return false;
        if (RandomAccess.GetLength(_file) < _offset)
        {
            _change = FollowChange.Truncated;
            BeginAt(0);
            return true;
        }

        if (FileIdentity.Of(_path) is { } now && now != _identity)
        {
            // Who writes may do so until it has heard of the new file. One more look at the old one, and a wait before.
            if (!_isLeft)
            {
                _isLeft = true;
                _waits.Reset();
                return false;
            }

            if (_cutter.TryCutLast()) return true;
            _file.Dispose();
            _file = null;
            _change = FollowChange.Replaced;
            return true;
        }

        return _options.TimeProvider.GetElapsedTime(_lastGrowth) >= _options.PartialTimeout
            && _options.PartialTimeout > TimeSpan.Zero && _cutter.TryCutLast();
    }
}
