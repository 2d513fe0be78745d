using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Cuts a file into parts that begin and end between lines.</summary>
internal sealed class FileParts(SafeFileHandle file, LineReadOptions options)
{
    // Long enough that the start of a part costs nothing, short enough that all workers end at the same time.
    private const int BuffersOfPart = 16;
    private const int SearchSize = 4096;

    private readonly long _partSize = (long)options.BufferSize * BuffersOfPart;

    /// <summary>Whether a file can be cut: its bytes are those of the text.</summary>
    public static async ValueTask<bool> CanCutAsync(
        string path, SafeFileHandle file, LineReadOptions options, CancellationToken cancellationToken)
    {
        bool isPlain = options.Compression is FileCompression.None or FileCompression.Auto;
        bool isBrotli = options.Compression is FileCompression.Auto
            && path.EndsWith(".br", StringComparison.OrdinalIgnoreCase);
        if (!isPlain || isBrotli || options.From != default) return false;
        byte[] beginning = new byte[Preamble.LongestMark];
        int read = await RandomAccess.ReadAsync(file, beginning, 0, cancellationToken).ConfigureAwait(false);
        if (Preamble.Of(beginning.AsSpan(0, read), isAll: true) is not { } preamble) return false;
        bool isGZip = preamble.IsGZip && options.Compression is FileCompression.Auto;
        return !isGZip && (preamble.Encoding ?? options.Encoding) is null or UTF8Encoding;
    }

    /// <summary>The parts, in order.</summary>
    public async IAsyncEnumerable<(long Start, long End)> CutAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long length = RandomAccess.GetLength(file);
        byte[] buffer = new byte[SearchSize];
        long start = 0;
        while (start < length)
        {
            long end = start + _partSize >= length
                ? length
                : await FindLineStartAsync(start + _partSize, length, buffer, cancellationToken).ConfigureAwait(false);
            yield return (start, end);
            start = end;
        }
    }

    // A carriage return at the end of what was read may be half of a break: the next one will do.
    private async ValueTask<long> FindLineStartAsync(
        long from, long length, byte[] buffer, CancellationToken cancellationToken)
    {
        while (from < length)
        {
            int read = await RandomAccess.ReadAsync(file, buffer, from, cancellationToken).ConfigureAwait(false);
            if (read is 0) return length;
            for (var at = 0; at < read; at++)
            {
                int next = buffer.AsSpan(at, read - at).IndexOfAny((byte)'\n', (byte)'\r');
                if (next < 0) break;
                at += next;
                if (buffer[at] is (byte)'\n') return from + at + 1;
                if (options.Breaks is LineBreaks.LfOrCrLf || at + 1 == read) continue;
                if (buffer[at + 1] is not (byte)'\n') return from + at + 1;
            }

            from += read;
        }

        return length;
    }
}
