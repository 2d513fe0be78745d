namespace Tour.Crawling;

/// <summary>A line of <c>robots.txt</c>.</summary>
/// <param name="Path">The beginning of a path, where <c>*</c> stands for anything, and <c>$</c> for the end.</param>
/// <param name="IsAllowed">Whether such paths may be asked for.</param>
internal sealed record RobotsRule(string Path, bool IsAllowed)
{
    public bool Matches(string path)
    {
        bool isWhole = Path.EndsWith('$');
        string[] parts = (isWhole ? Path[..^1] : Path).Split('*');
        if (!path.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        int at = parts[0].Length;
        foreach (string part in parts[1..])
        {
            int found = path.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return !isWhole
            || at == path.Length
            || (parts.Length > 1 && path.EndsWith(parts[^1], StringComparison.Ordinal));
    }
}
