namespace AsyncKit.IO;

/// <summary>What ends a line of text.</summary>
public enum LineBreaks
{
    /// <summary><c>\n</c> or <c>\r\n</c>. A <c>\r</c> that no <c>\n</c> follows is a part of its line.</summary>
    LfOrCrLf,

    /// <summary><c>\n</c>, <c>\r\n</c> or a lone <c>\r</c>, as <see cref="StreamReader"/> has it.</summary>
    LfOrCrLfOrCr,
}
