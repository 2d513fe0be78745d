namespace Site.Links;

/// <summary>Paths as links have them: from the folder of a page, with '/'.</summary>
internal static class RelativePath
{
    /// <summary>What a link means that is written in a file; what is above the root begins with "..".</summary>
    public static string Resolve(string file, string link)
    {
        var parts = new List<string>(file.Split('/')[..^1]);
        foreach (string part in link.Split('/'))
        {
            if (part is ".." && parts.Count > 0 && parts[^1] is not "..") parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or "")) parts.Add(part);
        }

        return string.Join('/', parts);
    }

    /// <summary>The link from one file to another.</summary>
    public static string Between(string file, string target)
    {
        string[] from = file.Split('/')[..^1];
        string[] to = target.Split('/');
        int shared = from.Zip(to[..^1])
            .TakeWhile(pair => string.Equals(pair.First, pair.Second, StringComparison.Ordinal))
            .Count();
        return string.Join('/', Enumerable.Repeat("..", from.Length - shared).Concat(to[shared..]));
    }
}
