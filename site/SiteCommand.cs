using System.CommandLine;
using System.CommandLine.Parsing;

namespace Site;

/// <summary>Reads the command line.</summary>
internal sealed class SiteCommand
{
    private readonly Option<string> _output = new("--output")
    {
        Description = "The folder that gets the site. A site that is in it is replaced. Default: artifacts/site.",
        HelpName = "folder",
        DefaultValueFactory = _ => Path.Combine("artifacts", "site"),
    };

    private readonly Option<string> _root = new("--root")
    {
        Description = "The folder of the repository, which holds docs. Default: the current folder.",
        HelpName = "folder",
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<Uri?> _repositoryUrl = new("--repository-url")
    {
        Description = "Where the repository is on the web, for links to its sources. Default: the RepositoryUrl of "
            + "Directory.Build.props or src/Directory.Build.props; without one, these links are plain text.",
        HelpName = "https://...",
        CustomParser = ParseUrl,
    };

    private readonly RootCommand _command = new(
        "Writes the documentation as a site of static pages, and checks every link of it. Exit codes: 0 when the site "
        + "was written, 1 when not.");

    public SiteCommand()
    {
        foreach (Option option in (Option[])[_output, _root, _repositoryUrl]) _command.Options.Add(option);
        foreach (Option<string> folder in (Option<string>[])[_output, _root]) folder.Validators.Add(RejectEmpty);
    }

    /// <summary>Reads the arguments and builds the site, or says in a line why it cannot.</summary>
    /// <returns>The exit code: that of the build, or 1 for bad arguments.</returns>
    public int Invoke(string[] arguments, Func<SiteOptions, int> build)
    {
        _command.SetAction(parsed => build(new SiteOptions(
            parsed.GetValue(_root)!, parsed.GetValue(_output)!, parsed.GetValue(_repositoryUrl))));
        ParseResult result = _command.Parse(arguments);
        if (result.Errors.Count is 0) return result.Invoke();
        Console.Error.WriteLine($"{result.Errors[0].Message} Try --help.");
        return 1;
    }

    private static void RejectEmpty(OptionResult result)
    {
        if (result.Tokens is [{ Value: "" }]) result.AddError($"{result.Option.Name} must name a folder.");
    }

    private static Uri? ParseUrl(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https") return url;
        argument.AddError($"--repository-url must be an absolute http or https address, but was '{text}'.");
        return null;
    }
}
