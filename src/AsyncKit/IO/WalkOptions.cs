namespace AsyncKit.IO;

/// <summary>Which entries of a folder are given, and how deep it is walked.</summary>
/// <remarks>
/// A pattern is compared to the whole path below the folder that is walked, with <c>/</c> between names: <c>?</c>
/// stands for a character, <c>*</c> for any in a name, <c>**</c> for any number of folders. So <c>**/*.cs</c> are all
/// files of that ending, and <c>src/*</c> is what lies in one folder.
/// </remarks>
public sealed record WalkOptions
{
    /// <summary>Patterns of what is given; by default none, and all is given.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Patterns of what is not given, and of folders that are not walked; by default none.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>How many levels are walked: at least 1, which is what lies in the folder itself. By default
    /// all.</summary>
    public int MaxDepth { get; init; } = int.MaxValue;

    /// <summary>Whether folders that links lead to are walked, each once however many lead to it. By default links are
    /// given and not followed.</summary>
    public bool FollowLinks { get; init; }

    /// <summary>Whether case counts in patterns; by default it does, but on Windows.</summary>
    public bool IgnoreCase { get; init; } = OperatingSystem.IsWindows();

    /// <summary>Told of each folder that cannot be read, with its path; the others are walked all the same. By default
    /// nobody is, and the first such folder ends the walk.</summary>
    public Action<string, Exception>? OnError { get; init; }

    internal static WalkOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Include: null } => "Include must not be null",
            { Exclude: null } => "Exclude must not be null",
            { MaxDepth: < 1 } => $"MaxDepth must be at least 1, but was {MaxDepth}",
            _ when Include.Concat(Exclude).Any(string.IsNullOrEmpty) => "A pattern must not be empty",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
