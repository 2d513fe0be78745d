namespace AsyncKit.IO;

/// <summary>What a name in the file system stands for, as far as a reader has to know.</summary>
internal enum FileKind
{
    Unknown,
    Regular,
    Pipe,
}
