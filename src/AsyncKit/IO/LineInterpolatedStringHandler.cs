using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace AsyncKit.IO;

/// <summary>Formats an interpolated string as UTF-8, without making a string of it or of what is in its
/// holes.</summary>
/// <remarks>
/// The compiler uses it for <c>writer.WriteLineAsync($"…")</c>. Values are formatted by the invariant culture. Those
/// that are <see cref="IUtf8SpanFormattable"/>, as numbers and dates are, are written straight into the buffer. Its
/// buffer is pooled: a line that was formatted must be written, and once.
/// </remarks>
[InterpolatedStringHandler]
[EditorBrowsable(EditorBrowsableState.Never)]
[DebuggerDisplay("Length = {_length}")]
public ref struct LineInterpolatedStringHandler
{
    // What a value is guessed to take.
    private const int ValueLength = 16;

    private byte[]? _buffer;
    private int _length;

    /// <summary>Begins a line.</summary>
    /// <param name="literalLength">How many characters its literal parts have.</param>
    /// <param name="formattedCount">How many values it has.</param>
    public LineInterpolatedStringHandler(int literalLength, int formattedCount) =>
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(256, literalLength + formattedCount * ValueLength));

    internal readonly ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Adds a literal part.</summary>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentException">It has half of a surrogate pair.</exception>
    public void AppendLiteral(string value) => AppendFormatted(value.AsSpan());

    /// <summary>Adds text.</summary>
    /// <param name="value">The text.</param>
    /// <exception cref="ArgumentException">It has half of a surrogate pair.</exception>
    public void AppendFormatted(ReadOnlySpan<char> value)
    {
        Reserve(value.Length * 3);
        _length += StrictUtf8.Encode(value, _buffer.AsSpan(_length), nameof(value));
    }

    /// <summary>Adds text that is UTF-8 already.</summary>
    /// <param name="value">The bytes.</param>
    public void AppendFormatted(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_buffer.AsSpan(_length));
        _length += value.Length;
    }

    /// <summary>Adds text.</summary>
    /// <param name="value">The text; nothing is added for <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">It has half of a surrogate pair.</exception>
    public void AppendFormatted(string? value) => AppendFormatted(value.AsSpan());

    /// <summary>Adds a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value; nothing is added for <see langword="null"/>.</param>
    /// <param name="format">Its format, if the string names one.</param>
    public void AppendFormatted<T>(T value, string? format = null)
    {
        if (value is not IUtf8SpanFormattable)
        {
            AppendFormatted((value is IFormattable formattable
                ? formattable.ToString(format, CultureInfo.InvariantCulture)
                : value?.ToString()).AsSpan());
            return;
        }

        int written;
        Reserve(ValueLength);

        // Cast in place, which makes no object of a value.
        while (!((IUtf8SpanFormattable)value).TryFormat(
            _buffer.AsSpan(_length), out written, format, CultureInfo.InvariantCulture))
            Reserve(2 * (_buffer!.Length - _length) + 1);
        _length += written;
    }

    /// <summary>Adds a value, with blanks up to a width.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="alignment">The width in characters; the value is at its right side, or with a negative one at its
    /// left.</param>
    /// <param name="format">Its format, if the string names one.</param>
    public void AppendFormatted<T>(T value, int alignment, string? format = null)
    {
        int start = _length;
        AppendFormatted(value, format);
        int blanks = Math.Abs(alignment) - Encoding.UTF8.GetCharCount(_buffer.AsSpan(start, _length - start));
        if (blanks <= 0) return;
        Reserve(blanks);
        Span<byte> padded = _buffer.AsSpan(start, _length - start + blanks);
        if (alignment > 0)
        {
            padded[..^blanks].CopyTo(padded[blanks..]);
            padded[..blanks].Fill((byte)' ');
        }
        else
            padded[^blanks..].Fill((byte)' ');

        _length += blanks;
    }

    internal void Return()
    {
        if (_buffer is null) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _length = 0;
    }

    private void Reserve(int bytes)
    {
        if (_buffer is not null && bytes <= _buffer.Length - _length) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, Math.Max(_length + bytes, 2 * _length)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
