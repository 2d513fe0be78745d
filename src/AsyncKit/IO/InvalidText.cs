namespace AsyncKit.IO;

/// <summary>What becomes of bytes that are no text in the encoding of the file.</summary>
public enum InvalidText
{
    /// <summary>In strings each stands as U+FFFD, the replacement character. Lines that are given as bytes are given as
    /// they are, and not looked at.</summary>
    Replace,

    /// <summary>Reading ends with an <see cref="InvalidDataException"/> that names the line.</summary>
    Throw,
}
