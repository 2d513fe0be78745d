namespace AsyncKit.Http.Tests.Child;

/// <summary>What tests start as a process of its own, to kill it: downloads an address into a file.</summary>
internal static class Program
{
    private static async Task Main(string[] arguments)
    {
        await using var fetcher = new HttpFetcher();
        await fetcher.DownloadAsync(new Uri(arguments[0]), arguments[1]);
    }
}
