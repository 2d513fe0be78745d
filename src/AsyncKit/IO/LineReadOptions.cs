using System.Text;

namespace AsyncKit.IO;

/// <summary>How lines are read.</summary>
public sealed record LineReadOptions
{
    /// <summary>The longest line that is taken, in bytes of UTF-8 without its break: from 1 to 1,073,741,824; 16 MiB by
    /// default. It is what bounds the memory of a reader.</summary>
    public int MaxLineBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>What becomes of a longer one; by default it ends the reading.</summary>
    public OverlongLine OnOverlong { get; init; } = OverlongLine.Throw;

    /// <summary>What ends a line; by default <c>\n</c> and <c>\r\n</c>.</summary>
    public LineBreaks Breaks { get; init; } = LineBreaks.LfOrCrLf;

    /// <summary>What becomes of bytes that are no text; by default they are replaced.</summary>
    public InvalidText OnInvalid { get; init; } = InvalidText.Replace;

    /// <summary>The encoding of what begins without a byte order mark. By default <see langword="null"/>: UTF-8. A mark
    /// of UTF-8, UTF-16 or UTF-32 goes first, as with <see cref="StreamReader"/>, and is not a part of the text.
    /// </summary>
    public Encoding? Encoding { get; init; }

    /// <summary>How the content is compressed; by default that is found out.</summary>
    public FileCompression Compression { get; init; } = FileCompression.Auto;

    /// <summary>How much is read in one go, in bytes: from 1 to 16,777,216; 256 KiB by default. A file that is short is
    /// read in less.</summary>
    public int BufferSize { get; init; } = 256 * 1024;

    /// <summary>Whether a file that is not short is read ahead by a thread of the pool, into at most four buffers;
    /// <see langword="true"/> by default. Without it, reading takes half of the processor time, and more of the
    /// clock's.
    /// </summary>
    public bool ReadAhead { get; init; } = true;

    /// <summary>Where to begin. By default at the start. What was replaced or cut since the checkpoint was taken is
    /// refused when that shows: when the text is shorter, or has no break there.</summary>
    public ReadCheckpoint From { get; init; }

    /// <summary>Whether what the reader was given is left open when the reader is disposed; by default it is closed.
    /// </summary>
    public bool LeaveOpen { get; init; }

    /// <summary>Told how many bytes have been read, once for each buffer and at the end. By default nobody.</summary>
    public IProgress<long>? Progress { get; init; }

    internal static LineReadOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { MaxLineBytes: not (>= 1 and <= 1 << 30) } =>
                $"MaxLineBytes must be from 1 to {1 << 30}, but was {MaxLineBytes}",
            { OnOverlong: not (>= OverlongLine.Throw and <= OverlongLine.Split) } =>
                $"OnOverlong must be Throw, Truncate, Skip or Split, but was {OnOverlong}",
            { Breaks: not (LineBreaks.LfOrCrLf or LineBreaks.LfOrCrLfOrCr) } =>
                $"Breaks must be LfOrCrLf or LfOrCrLfOrCr, but was {Breaks}",
            { OnInvalid: not (InvalidText.Replace or InvalidText.Throw) } =>
                $"OnInvalid must be Replace or Throw, but was {OnInvalid}",
            { Compression: not (>= FileCompression.Auto and <= FileCompression.Brotli) } =>
                $"Compression must be Auto, None, GZip or Brotli, but was {Compression}",
            { BufferSize: not (>= 1 and <= 1 << 24) } =>
                $"BufferSize must be from 1 to {1 << 24}, but was {BufferSize}",
            { From.Offset: < 0 } => $"From.Offset must not be negative, but was {From.Offset}",
            { From.LineNumber: < 0 } => $"From.LineNumber must not be negative, but was {From.LineNumber}",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
