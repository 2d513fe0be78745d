namespace Files.Stories;

/// <summary>What a program remembers, with the files that were open last.</summary>
internal sealed record Settings(int Version, string Theme, string[] Recent);
