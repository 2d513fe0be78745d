using AsyncKit.IO;

namespace AsyncKit.Tests.Child;

/// <summary>Appends lines from several producers until it is killed, and prints the name of each when it is on the
/// disk.</summary>
internal static class AppendChild
{
    private const int Producers = 8;

    // Now and then a line that takes the system so long to write that the end comes in the middle of it.
    private const int LongLineEvery = 5;
    private const int LongLineBytes = 200_000;

    public static async Task RunAsync(string path)
    {
        AppendLog log = await AppendLog.OpenAsync(path);
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
            {
                var name = $"{Environment.ProcessId}-{producer}-{i}";
                int length = i % LongLineEvery is 0 ? LongLineBytes : i;
                await log.AppendAsync($"{name} {length} {new string('x', length)}", CommitLevel.Disk);
                Console.WriteLine(name);
            }
        })));
    }
}
