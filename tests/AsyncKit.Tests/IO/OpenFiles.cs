namespace AsyncKit.Tests.IO;

/// <summary>The files that this process has open, where the system tells.</summary>
internal static class OpenFiles
{
    public static IEnumerable<string> Paths()
    {
        foreach (string link in Directory.GetFiles("/proc/self/fd"))
        {
            string? target;
            try
            {
                target = new FileInfo(link).LinkTarget;
            }
            catch (IOException)
            {
                // Closed since they were listed.
                continue;
            }

            if (target is not null) yield return target;
        }
    }
}
