namespace AsyncKit.IO;

/// <summary>How the content of a file is compressed.</summary>
public enum FileCompression
{
    /// <summary>GZip when a file begins as such, Brotli when its name ends in <c>.br</c>, else none. For what is read
    /// from a stream, a pipe or a handle: none.</summary>
    Auto,

    /// <summary>Not at all.</summary>
    None,

    /// <summary>GZip (RFC 1952), also of several members.</summary>
    GZip,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli,
}
