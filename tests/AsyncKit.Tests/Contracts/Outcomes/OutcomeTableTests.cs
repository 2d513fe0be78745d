using AsyncKit.Tests.Conventions;

namespace AsyncKit.Tests.Contracts.Outcomes;

/// <summary>The table of outcomes in the docs is what happens.</summary>
public class OutcomeTableTests
{
    private const string Page = "docs/concepts/error-handling.md";
    private const string Begin = "<!-- outcomes: begin -->";
    private const string End = "<!-- outcomes: end -->";

    [Fact]
    public async Task TheDocumentedOutcomes_AreTheRealOnes()
    {
        string[] table = await OutcomeTable.MakeAsync();
        string[] page = Repository.Lines(Page);
        int begin = Array.IndexOf(page, Begin) + 1;
        int end = Array.IndexOf(page, End);
        Assert.InRange(begin, 1, end);

        if (Repository.IsUpdating) Repository.Write(Page, [.. page[..begin], "", .. table, "", .. page[end..]]);
        else Assert.Equal(table, page[begin..end].Where(line => line.Length > 0));
    }
}
