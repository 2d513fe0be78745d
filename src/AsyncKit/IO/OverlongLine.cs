namespace AsyncKit.IO;

/// <summary>What becomes of a line that is longer than <see cref="LineReadOptions.MaxLineBytes"/>.</summary>
public enum OverlongLine
{
    /// <summary>Reading ends with an <see cref="InvalidDataException"/> that names the line.</summary>
    Throw,

    /// <summary>The line is given as far as it may be, cut between characters; the rest of it is dropped.</summary>
    Truncate,

    /// <summary>The line is not given. It counts in the numbers of the lines that follow.</summary>
    Skip,

    /// <summary>The line is given in pieces, cut between characters, that all have its number.</summary>
    Split,
}
