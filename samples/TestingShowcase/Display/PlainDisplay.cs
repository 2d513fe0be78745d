namespace TestingShowcase.Display;

/// <summary>Lines of text, for output that is not a terminal.</summary>
internal sealed class PlainDisplay(TextWriter output) : IDisplay
{
    public void Show(string title, string facts, Finding finding)
    {
        output.WriteLine(finding.Holds ? title : $"{title}: DOES NOT HOLD");
        output.WriteLine($"   {facts}");
        foreach (string line in finding.Lines) output.WriteLine($"   {line}");
        output.WriteLine();
    }

    public void Close(string sum, bool isGood) => output.WriteLine(sum);
}
