using Site;
using Site.Links;

return new SiteCommand().Invoke(args, Build);

static int Build(SiteOptions options)
{
    try
    {
        BuildReport report = SiteBuilder.Build(options);
        string counts = $"{report.Pages} pages, {report.Links} links";
        foreach (BrokenLink broken in report.Broken) Console.Error.WriteLine(broken);
        if (report.Broken.Count > 0)
        {
            Console.Error.WriteLine($"Nothing was written. Checked {counts}: {report.Broken.Count} to mend.");
            return 1;
        }

        Console.WriteLine($"Checked {counts}: all lead somewhere. The site is in {Path.GetFullPath(options.Output)}");
        return 0;
    }
    catch (Exception e) when (e is SiteException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"Nothing was written. {e.Message}");
        return 1;
    }
}
