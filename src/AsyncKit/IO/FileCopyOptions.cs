using System.Security.Cryptography;

namespace AsyncKit.IO;

/// <summary>How a file is copied.</summary>
public sealed record FileCopyOptions
{
    /// <summary>Whether a file of the destination's name is replaced; by default it is an error.</summary>
    public bool Overwrite { get; init; }

    /// <summary>What is flushed to the disk before the copy is complete; by default nothing.</summary>
    public FileDurability Durability { get; init; } = FileDurability.None;

    /// <summary>Is told how far the copy has come: at most ten times a second, and once at the end. By default nobody
    /// is.</summary>
    /// <remarks>Called in the thread pool, one call at a time. What it throws ends the copy.</remarks>
    public IProgress<FileCopyProgress>? Progress { get; init; }

    /// <summary>Is fed with the content, in order; by default there is none.</summary>
    /// <remarks>For one copy at a time. After a copy that fails it has been fed with a part.</remarks>
    public IncrementalHash? Hash { get; init; }

    /// <summary>The clock of <see cref="Progress"/>; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static FileCopyOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Durability: not (>= FileDurability.None and <= FileDurability.FileAndFolder) } =>
                $"Durability must be None, File or FileAndFolder, but was {Durability}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
