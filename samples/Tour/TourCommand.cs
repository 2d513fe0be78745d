using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Tour.Chapters;
using Tour.Site;

namespace Tour;

/// <summary>Reads the command line: the options, their defaults, and what is wrong with them.</summary>
internal sealed class TourCommand
{
    private readonly Option<Uri?> _url = new("--url")
    {
        Description = "Harvest this site instead of the embedded one: 2 pages at a time, their starts 1 second apart, "
            + "only links of the same site. It does not read robots.txt: harvest sites you may harvest.",
        HelpName = "https://...",
        CustomParser = ParseUrl,
    };

    private readonly Option<int?> _pages = new("--pages")
    {
        Description = "The most pages to fetch, from 1 to 10000; with the embedded site, from 20, how many it has. "
            + "Default: 300, or 30 with --url.",
        HelpName = "n",
        CustomParser = argument => ParseCount(argument, least: 1, most: 10_000),
    };

    private readonly Option<int?> _concurrency = new("--concurrency")
    {
        Description = "How many pages to fetch at a time, from 1 to 64. Default: 16, or 2 with --url.",
        HelpName = "n",
        CustomParser = argument => ParseCount(argument, least: 1, most: 64),
    };

    private readonly Option<FileInfo?> _output = new("--output")
    {
        Description = "The file that gets one JSON line for each page. Default: harvest.jsonl in the temporary folder.",
        HelpName = "file",
        CustomParser = ParseOutput,
    };

    private readonly RootCommand _command = new(
        "Harvests a website with AsyncKit: many pages at a time, with retries and timeouts, into a file that appears "
        + "whole. Without options it harvests an embedded site of 300 pages that fails in all the ways sites do. "
        + "With the name of a chapter it shows that concept instead. "
        + "Ctrl+C ends it early and keeps what it has. Exit codes: 0 when all that can be had was harvested, 1 when "
        + "not, 2 for bad arguments, 130 when ended early.");

    public TourCommand()
    {
        foreach (Option option in (Option[])[_url, _pages, _concurrency, _output]) _command.Options.Add(option);
        ChapterCommand.AddTo(_command);
    }

    /// <summary>Reads the arguments and runs the tour, or says in a line why it cannot.</summary>
    /// <returns>The exit code: that of the tour, or 2 for bad arguments.</returns>
    public async Task<int> InvokeAsync(string[] arguments, Func<TourOptions, Task<int>> tour)
    {
        _command.SetAction((parsed, _) => tour(Read(parsed)));
        ParseResult result = _command.Parse(arguments);
        string? mistake = result.Errors.Count > 0 ? result.Errors[0].Message : FindMistake(Read(result));
        if (mistake is not null)
        {
            await Console.Error.WriteLineAsync($"{mistake} Try --help.");
            return ExitCode.BadArguments;
        }

        // The tour answers Ctrl+C itself: it takes the time to keep what it has.
        return await result.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private string? FindMistake(TourOptions options) => options.Url is null && options.MaxPages < SitePlan.MinPages
        ? $"{_pages.Name} must be at least {SitePlan.MinPages} for the embedded site, but was '{options.MaxPages}'."
        : null;

    private TourOptions Read(ParseResult parsed)
    {
        Uri? url = parsed.GetValue(_url);
        return new TourOptions(
            url,
            parsed.GetValue(_pages) ?? (url is null ? 300 : 30),
            parsed.GetValue(_concurrency) ?? (url is null ? 16 : 2),
            parsed.GetValue(_output) ?? new FileInfo(Path.Combine(Path.GetTempPath(), "harvest.jsonl")));
    }

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            argument.AddError($"{Name(argument)} must be an absolute http or https address, but was '{text}'.");
        else if (url.UserInfo.Length > 0)
            argument.AddError($"{Name(argument)} must not hold a password: it is printed and written down.");
        return url;
    }

    private static FileInfo? ParseOutput(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        bool isFile = text.Length > 0 && !Directory.Exists(text);
        if (isFile && new FileInfo(text) is { Directory.Exists: true } file) return file;
        argument.AddError($"{Name(argument)} must be a file in a folder that exists, but was '{text}'.");
        return null;
    }

    private static int? ParseCount(ArgumentResult argument, int least, int most)
    {
        string text = argument.Tokens[0].Value;
        if (int.TryParse(text, CultureInfo.InvariantCulture, out int count) && count >= least && count <= most)
            return count;
        argument.AddError($"{Name(argument)} must be a number from {least} to {most}, but was '{text}'.");
        return null;
    }

    private static string Name(ArgumentResult argument) => ((OptionResult)argument.Parent!).Option.Name;
}
