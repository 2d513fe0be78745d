namespace Tour.Site;

/// <summary>A link on a page: where it leads, what it says, and how its address is written.</summary>
/// <param name="Target">The path from the root of the site.</param>
/// <param name="Text">What the visitor reads; not yet encoded.</param>
/// <param name="Form">How the address is written.</param>
/// <param name="Fragment">The part of the page it points at, if any; the same page for a harvester.</param>
internal sealed record PageLink(string Target, string Text, LinkForm Form, string? Fragment = null)
{
    private const string Folder = "/pages/";

    /// <summary>
    /// The address as it stands in the page at <paramref name="here"/>, on the site at <paramref name="origin"/>.
    /// </summary>
    public string Href(string here, string origin)
    {
        bool inFolder = here.StartsWith(Folder, StringComparison.Ordinal);
        string up = inFolder ? ".." : ".";
        string address = Form switch
        {
            LinkForm.Absolute => origin + Target,
            LinkForm.Dotted => up + Target,
            LinkForm.FromHere when Target is "/" => up + Target,
            LinkForm.FromHere when inFolder => Target[Folder.Length..],
            LinkForm.FromHere => Target[1..],
            _ => Target,
        };
        return Fragment is null ? address : $"{address}#{Fragment}";
    }
}
