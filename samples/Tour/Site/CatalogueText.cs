namespace Tour.Site;

/// <summary>Writes titles and paragraphs of a public library's catalogue, at random but never nonsense.</summary>
internal sealed class CatalogueText(Random random)
{
    public const string LibraryName = "Harbour Street Public Library";

    private static readonly string[] _subjects =
    [
        "Maps & Atlases", "Natural History", "Sea & Weather", "Children's Books", "Letters & Diaries", "Local History",
        "Music & Scores", "Gardens", "Railways", "Astronomy", "Cookery", "Folk Tales", "Architecture",
        "Crime & Mystery",
    ];

    private static readonly string[] _adjectives =
    [
        "Quiet", "Northern", "Unfinished", "Borrowed", "Winter", "Lesser-Known", "Salt", "Paper", "Early", "Crooked",
        "Second", "Forgotten", "Slow", "Copper", "Wandering",
    ];

    private static readonly string[] _nouns =
    [
        "Lighthouse", "Orchard", "Almanac", "Ferryman", "Observatory", "Archive", "Tide Table", "Glasshouse",
        "Signal Box", "Cartographer", "Bell Tower", "Herbarium", "Night Train", "Beekeeper", "Harbour",
    ];

    private static readonly string[] _authors =
    [
        "A. Lindqvist", "M. O'Hara", "J. Okafor", "T. Nakagawa", "E. Castellanos", "R. Haverkamp", "S. Iyer",
        "C. Müller",
    ];

    private static readonly string[] _sentences =
    [
        "The library holds {1} copies of this title, all of which may be borrowed.",
        "It was given by {2} and has been on the open shelves ever since.",
        "Readers who liked it also asked for \"The {3} {4}\".",
        "The binding was repaired {1} years ago, and the index is complete again.",
        "A note in the margin of page {0} reads \"see the {4}, first edition\".",
        "It is shelved under {5}, though some would look for it elsewhere.",
        "Loans are for {1} weeks & may be renewed unless another reader is waiting.",
        "The abridged edition has < {0} pages and stands near the window.",
        "{2} calls it \"the best book on the subject, and the shortest\".",
        "The reading room has a second copy, which doesn't leave the building.",
        "The older cards give {2} as the author; the newer ones have been corrected.",
        "{1} photographs & a folded map are kept with it in a separate envelope.",
        "It was last asked for by a reader from the {3} {4} Society.",
        "The entry was checked against the shelf and found in order.",
    ];

    /// <summary>A title that suits the depth: the library, then a subject, then shelves, then books.</summary>
    public string Title(int depth) => depth switch
    {
        0 => $"Catalogue of the {LibraryName}",
        1 => Pick(_subjects),
        2 => $"{Pick(_subjects)}, shelf {random.Next(1, 100)}",
        _ => $"The {Pick(_adjectives)} {Pick(_nouns)} by {Pick(_authors)}",
    };

    /// <summary>Two to four paragraphs in which no sentence comes twice.</summary>
    public IReadOnlyList<string> Paragraphs()
    {
        string[] sentences = [.. _sentences];
        random.Shuffle(sentences);
        return [.. sentences.Take(random.Next(5, 13)).Select(Fill).Chunk(3).Select(chunk => string.Join(' ', chunk))];
    }

    private string Fill(string sentence) => sentence
        .Replace("{0}", $"{random.Next(12, 480)}", StringComparison.Ordinal)
        .Replace("{1}", $"{random.Next(2, 9)}", StringComparison.Ordinal)
        .Replace("{2}", Pick(_authors), StringComparison.Ordinal)
        .Replace("{3}", Pick(_adjectives), StringComparison.Ordinal)
        .Replace("{4}", Pick(_nouns), StringComparison.Ordinal)
        .Replace("{5}", Pick(_subjects), StringComparison.Ordinal);

    private string Pick(string[] words) => words[random.Next(words.Length)];
}
