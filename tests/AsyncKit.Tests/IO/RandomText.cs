using System.Text;
using AsyncKit.IO;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncKit.Tests.IO;

/// <summary>Texts that are hard to cut: all breaks, empty lines and long ones, characters of each length, and bytes
/// that are none.</summary>
internal sealed record RandomText(string[] Parts, LineReadOptions Options)
{
    private static readonly string[] _breaks = ["\n", "\n", "\n", "\r\n", "\r\n", "\r", "\n\n", "\r\r\n"];
    private static readonly string[] _words =
        ["", "a", "some words of a line", "größe", "日本語", "😀", "€", "z\u0301", "\0", "\uFEFF", "привет, мир"];

    public static Arbitrary<RandomText> Any { get; } = Arb.From(Generator, Shrink);

    /// <summary>The text. It does not begin with a byte order mark, nor with what makes another one of it: a mark of
    /// UTF-16 and a zero are the mark of UTF-32.</summary>
    public string Content => string.Concat(Parts).TrimStart('\uFEFF', '\0');

    public byte[] Bytes => Encoding.UTF8.GetBytes(Content);

    private static Gen<RandomText> Generator =>
        from parts in Gen.ArrayOf(Gen.Frequency(
            (4, Gen.Elements(_words)),
            (3, Gen.Elements(_breaks)),
            (1, from word in Gen.Elements(_words) from count in Gen.Choose(1, 400) select Repeat(word, count))))
        from size in Gen.Elements(1, 2, 3, 5, 16, 61, 128, 1000, 65536, 1 << 20)
        from breaks in Gen.Elements(LineBreaks.LfOrCrLf, LineBreaks.LfOrCrLfOrCr)
        select new RandomText(parts, new LineReadOptions { BufferSize = size, Breaks = breaks });

    public override string ToString() =>
        $"{Options.Breaks}, {Options.BufferSize} bytes: {string.Join(" + ", Parts.Select(Escape))}";

    private static IEnumerable<RandomText> Shrink(RandomText text) => text.Parts.Select((_, left) =>
        text with { Parts = [.. text.Parts.Where((_, index) => index != left)] });

    private static string Repeat(string word, int count) => string.Concat(Enumerable.Repeat(word, count));

    private static string Escape(string part) => part.Length > 40
        ? $"{part.Length} characters"
        : $"\"{part.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
