using Spectre.Console;

namespace TestingShowcase.Display;

/// <summary>A panel for each part, for terminals.</summary>
internal sealed class PanelDisplay : IDisplay
{
    public void Show(string title, string facts, Finding finding)
    {
        (string colour, string mark) = finding.Holds ? ("green", "") : ("red", ": does not hold");
        IEnumerable<string> lines = finding.Lines.Select(Markup.Escape);
        AnsiConsole.Write(new Panel($"[grey]{Markup.Escape(facts)}[/]\n{string.Join('\n', lines)}")
            .Header($"[bold {colour}] {Markup.Escape(title)}{mark} [/]")
            .RoundedBorder()
            .BorderStyle(new Style(finding.Holds ? Color.Grey : Color.Red))
            .Expand());
    }

    public void Close(string sum, bool isGood) =>
        AnsiConsole.MarkupLine($"[bold {(isGood ? "green" : "red")}]{Markup.Escape(sum)}[/]");
}
