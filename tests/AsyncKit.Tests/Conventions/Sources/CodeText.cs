using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>
/// C# with blanks where a comment or the text of a literal stands. What stands in the hole of an interpolated string is
/// code and stays.
/// </summary>
internal sealed partial class CodeText
{
    private readonly char[] _code;
    private readonly string _text;
    private int _at;

    private CodeText(string text)
    {
        _text = text;
        _code = text.ToCharArray();
    }

    public static string Of(string text)
    {
        var reading = new CodeText(text);
        reading.ReadCode();
        return new string(reading._code);
    }

    // Up to the brace that closes the hole, or to the end.
    private void ReadCode()
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            if (Skipped.Match(_text, _at) is { Success: true } skipped)
            {
                Blank(skipped.Length);
            }
            else if (Opening.Match(_text, _at) is { Success: true } opening)
            {
                ReadString(opening.Groups["prefix"].Value, opening.Groups["quotes"].Length);
            }
            else
            {
                if (_text[_at] is '{') depth++;
                if (_text[_at] is '}' && depth-- is 0) return;
                _at++;
            }
        }
    }

    private void ReadString(string prefix, int quotes)
    {
        bool isVerbatim = prefix.Contains('@', StringComparison.Ordinal);
        bool isRaw = quotes >= 3 && !isVerbatim;
        Regex escape = isVerbatim ? VerbatimEscape : Escape;
        int dollars = prefix.Count(letter => letter is '$');
        int ending = isRaw ? quotes : 1;
        Blank(prefix.Length + ending);
        while (_at < _text.Length)
        {
            if (!isRaw && escape.Match(_text, _at) is { Success: true } escaped)
            {
                Blank(escaped.Length);
                continue;
            }

            if (Run('"') >= ending)
            {
                Blank(ending);
                return;
            }

            // As many braces as dollars open a hole. The one that closes it is text again.
            int braces = Run('{');
            Blank(Math.Max(braces, 1));
            if (dollars > 0 && braces >= dollars) ReadCode();
        }
    }

    private int Run(char letter) => _text.AsSpan(_at).IndexOfAnyExcept(letter) is var length and >= 0
        ? length
        : _text.Length - _at;

    private void Blank(int length)
    {
        foreach (ref char letter in _code.AsSpan(_at, length))
        {
            if (letter is not '\n') letter = ' ';
        }

        _at += length;
    }

    // Comments and characters.
    [GeneratedRegex(
        @"\G(//[^\n]*|/\*.*?\*/|'(\\.[^'\n]*|[^'\\\n])')",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        1000)]
    private static partial Regex Skipped { get; }

    [GeneratedRegex("""\G(?<prefix>[$@]*)(?<quotes>"+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Opening { get; }

    [GeneratedRegex(@"\G(\\.|\{\{)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape { get; }

    [GeneratedRegex("""\G(""|\{\{)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VerbatimEscape { get; }
}
