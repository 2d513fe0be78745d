using AsyncKit.IO;

namespace AsyncKit.Tests.Child;

/// <summary>Replaces a file again and again until it is killed, each time by a text of one letter.</summary>
internal static class AtomicChild
{
    public static async Task RunAsync(string path)
    {
        for (var version = 0; ; version++)
        {
            var letter = (char)('a' + version % 26);
            await AtomicFile.WriteAllTextAsync(path, new string(letter, 50_000 + letter));
            Console.WriteLine(version);
        }
    }
}
