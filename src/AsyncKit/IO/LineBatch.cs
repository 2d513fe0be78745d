using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>Lines that were read in one go: bytes in the buffer of a <see cref="Utf8LineReader"/>, without a copy.
/// </summary>
/// <remarks>
/// Valid until the next call of the reader; used later, it throws <see cref="InvalidOperationException"/>. A line that
/// was taken from it as a span is not watched: it must not be kept. <see cref="Detach"/> makes a copy that stays valid.
/// Not thread-safe, but for reading one that is detached.
/// </remarks>
[DebuggerDisplay("Count = {Count}")]
[StructLayout(LayoutKind.Auto)]
public readonly struct LineBatch
{
    private readonly LineView? _view;
    private readonly int _version;
    private readonly int _first;
    private readonly int _start;
    private readonly int _tailEnd;

    internal LineBatch(LineView view)
    {
        _view = view;
        _version = view.Version;
        _first = view.Next;
        _start = view.Position;
        _tailEnd = view.TailEnd;
        Count = view.Remaining;
        FirstLineNumber = view.LineNumber + 1;
        Offset = view.Offset;
    }

    /// <summary>How many lines there are.</summary>
    public int Count { get; }

    /// <summary>The number of the first one in the text, from 1.</summary>
    public long FirstLineNumber { get; }

    /// <summary>How many bytes of the text come before the first one: see
    /// <see cref="ReadCheckpoint.Offset"/>.</summary>
    public long Offset { get; }

    /// <summary>Whether all bytes are known to be ASCII.</summary>
    /// <exception cref="InvalidOperationException">The reader has gone on.</exception>
    public bool IsAscii => Count is 0 || View.IsAscii;

    /// <summary>The bytes of a line, without its break.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is none of a line.</exception>
    /// <exception cref="InvalidOperationException">The reader has gone on.</exception>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            LineView view = View;
            int lineBreak = _first + index;
            int start = index is 0 ? _start : view.Breaks[lineBreak - 1] + 1;
            if (lineBreak == view.Last) return view.Buffer.AsSpan(start, _tailEnd - start);
            int end = view.Breaks[lineBreak];
            bool hasTwo = end > start && view.Buffer[end - 1] is (byte)'\r' && view.Buffer[end] is (byte)'\n';
            return view.Buffer.AsSpan(start, end - start - (hasTwo ? 1 : 0));
        }
    }

    private LineView View => _view is null || _view.Version == _version
        ? _view ?? throw new InvalidOperationException("An empty batch has no lines.")
        : throw new InvalidOperationException("The lines of this batch are gone: the reader has gone on to others.");

    /// <summary>The text of a line. Bytes that are not UTF-8 are replaced.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>A new string.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is none of a line.</exception>
    /// <exception cref="InvalidOperationException">The reader has gone on.</exception>
    public string GetString(int index) => Utf8Decoding.ToString(this[index], View.IsAscii);

    /// <summary>Copies the lines into a buffer of their own.</summary>
    /// <returns>A batch with the same lines that stays valid.</returns>
    /// <exception cref="InvalidOperationException">The reader has gone on.</exception>
    public LineBatch Detach() =>
        Count is 0 ? default : new LineBatch(View.Copy(_first, _start, _tailEnd, FirstLineNumber - 1));

    /// <summary>Goes over the lines.</summary>
    /// <returns>What <c>foreach</c> takes.</returns>
    /// <exception cref="InvalidOperationException">The reader has gone on.</exception>
    public Enumerator GetEnumerator() => Count is 0 ? default : new Enumerator(View, _first, _start, _tailEnd);

    /// <summary>Goes over the lines of a batch.</summary>
    [StructLayout(LayoutKind.Auto)]
    public ref struct Enumerator
    {
        private readonly ref byte _buffer;
        private readonly ref int _breaks;
        private readonly int _last;
        private readonly int _tailEnd;
        private int _next;
        private int _position;
        private int _start;
        private int _length;

        internal Enumerator(LineView view, int first, int start, int tailEnd)
        {
            _buffer = ref MemoryMarshal.GetArrayDataReference(view.Buffer);
            _breaks = ref MemoryMarshal.GetArrayDataReference(view.Breaks);
            _next = first;
            _last = view.Last;
            _position = start;
            _tailEnd = tailEnd;
        }

        /// <summary>The bytes of the line, without its break.</summary>
        public readonly ReadOnlySpan<byte> Current
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _buffer, _start), _length);
        }

        /// <summary>Goes to the next line.</summary>
        /// <returns>Whether there is one.</returns>
        // The positions are those of the index, so they are not checked again.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext()
        {
            if (_next >= _last) return MoveToTail();
            int end = Unsafe.Add(ref _breaks, _next++);
            _start = _position;
            _position = end + 1;
            int length = end - _start;
            if (length > 0 && Unsafe.Add(ref _buffer, end - 1) is (byte)'\r' && EndsInLf(end)) length--;
            _length = length;
            return true;
        }

        private readonly bool EndsInLf(int end) => Unsafe.Add(ref _buffer, end) is (byte)'\n';

        private bool MoveToTail()
        {
            if (_tailEnd <= 0 || _position > _tailEnd || _next > _last) return false;
            _next = _last + 1;
            _start = _position;
            _length = _tailEnd - _start;
            return true;
        }
    }
}
