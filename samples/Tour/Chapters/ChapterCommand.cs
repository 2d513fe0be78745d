using System.CommandLine;

namespace Tour.Chapters;

/// <summary>Adds a command for each chapter, and one that lists them.</summary>
internal static class ChapterCommand
{
    public static void AddTo(RootCommand root)
    {
        var list = new Command("list", "List the chapters.");
        list.SetAction(static _ => List());
        root.Subcommands.Add(list);
        foreach (Chapter chapter in Contents.Chapters) root.Subcommands.Add(CommandOf(chapter));
    }

    private static Command CommandOf(Chapter chapter)
    {
        var isShort = new Option<bool>("--short") { Description = "Do a small part of the work." };
        var command = new Command(chapter.Name, $"Show {chapter.About}.") { isShort };
        command.SetAction((parsed, token) => ShowAsync(chapter, parsed.GetValue(isShort), token));
        return command;
    }

    private static void List()
    {
        foreach (Chapter chapter in Contents.Chapters) Console.WriteLine($"{chapter.Name,-16}{chapter.About}");
    }

    private static async Task<int> ShowAsync(Chapter chapter, bool isShort, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{chapter.Name}: {chapter.About}. See docs/concepts/{chapter.Page}.md.");
        try
        {
            await chapter.ShowAsync(new ChapterRun(Console.Out, isShort, cancellationToken));
            return ExitCode.Complete;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Incomplete;
        }
    }
}
