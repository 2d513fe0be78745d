using System.IO.Enumeration;

namespace AsyncKit.IO;

/// <summary>A pattern of paths: <c>?</c>, <c>*</c>, and <c>**</c> for any number of folders.</summary>
internal sealed class GlobPattern(string pattern, bool ignoreCase)
{
    private const string AnyFolders = "**";

    private readonly string[] _names = pattern.Replace('\\', '/').Trim('/').Split('/');

    public bool Matches(string path) => Matches(path.Split('/'), 0, 0);

    private bool Matches(ReadOnlySpan<string> path, int at, int name)
    {
        while (name < _names.Length)
        {
            if (_names[name] is AnyFolders)
            {
                // Behind the last one there is anything, but not nothing.
                if (name == _names.Length - 1) return at < path.Length;
                for (int skipped = at; skipped < path.Length; skipped++)
                {
                    if (Matches(path, skipped, name + 1)) return true;
                }

                return false;
            }

            if (at == path.Length || !FileSystemName.MatchesSimpleExpression(_names[name], path[at], ignoreCase))
                return false;
            at++;
            name++;
        }

        return at == path.Length;
    }
}
