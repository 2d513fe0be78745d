using System.Text.RegularExpressions;

namespace AsyncKit.Testing;

/// <summary>A path with names in braces for the parts that may be anything.</summary>
internal sealed class PathTemplate
{
    // Stands for a name while the path is escaped. It is for private use, so that no path of a test has it.
    private const string Blank = "\uE000";

    private readonly string _path;
    private readonly List<string> _names = [];
    private readonly Regex _pattern;
    private readonly bool _hasQuery;

    public PathTemplate(string path)
    {
        if (!path.StartsWith('/'))
            throw new ArgumentException($"A path must start with '/', but was '{path}'.", nameof(path));
        _path = path;

        // As a request writes it, so that both look alike: with blanks and letters beyond ASCII escaped.
        string escaped = new Uri(new Uri("http://stub"), TakeNames(path)).PathAndQuery;
        _hasQuery = escaped.Contains('?', StringComparison.Ordinal);
        _pattern = new Regex(PatternOf(escaped), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
    }

    /// <summary>Whether an address fits, and the parts of it that have names.</summary>
    public bool Fits(Uri uri, out IReadOnlyDictionary<string, string> values)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        values = found;
        Match match = _pattern.Match(_hasQuery ? uri.PathAndQuery : uri.AbsolutePath);
        if (!match.Success) return false;
        foreach ((int index, string name) in _names.Index())
            found.Add(name, Uri.UnescapeDataString(match.Groups[index + 1].Value));
        return true;
    }

    public override string ToString() => _path;

    private string TakeNames(string path)
    {
        string[] parts = path.Split('{');
        for (var i = 1; i < parts.Length; i++)
        {
            int end = parts[i].IndexOf('}', StringComparison.Ordinal);
            string name = end < 0 ? "" : parts[i][..end];
            if (name.Length is 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_'))
            {
                throw new ArgumentException(
                    $"A brace of a path must begin a name of ASCII letters, digits and '_', as in {{id}}, "
                        + $"but the path was '{path}'. A brace that is meant is written %7B or %7D.",
                    nameof(path));
            }

            if (_names.Contains(name, StringComparer.Ordinal))
                throw new ArgumentException($"A path must have each name once, but was '{path}'.", nameof(path));
            _names.Add(name);
            parts[i] = Blank + parts[i][(end + 1)..];
        }

        return string.Concat(parts);
    }

    // A value is part of a segment of the path, or of a value of the query.
    private static string PatternOf(string escaped)
    {
        string blank = Uri.EscapeDataString(Blank);
        string[] halves = escaped.Split('?', 2);
        halves[0] = Regex.Escape(halves[0]).Replace(blank, "([^/]+)", StringComparison.Ordinal);
        if (halves.Length > 1)
            halves[1] = Regex.Escape(halves[1]).Replace(blank, "([^&]+)", StringComparison.Ordinal);
        return $@"\A{string.Join(@"\?", halves)}\z";
    }
}
