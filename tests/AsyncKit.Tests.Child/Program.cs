namespace AsyncKit.Tests.Child;

/// <summary>What tests start as a process of its own, to kill it or to let it do less: a command and its
/// arguments.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments switch
    {
        ["append", var path] => EndAsync(AppendChild.RunAsync(path)),
        ["application", var story] => ApplicationChild.RunAsync(story),
        ["atomic", var path] => EndAsync(AtomicChild.RunAsync(path)),
        ["replace", var path] => EndAsync(ReplaceChild.RunAsync(path)),
        ["replace-twice", var path] => EndAsync(ReplaceChild.RunTwiceAsync(path)),
        ["starvation"] => EndAsync(StarvationChild.RunAsync()),
        _ => throw new ArgumentException($"There is no command '{string.Join(' ', arguments)}'.", nameof(arguments)),
    };

    private static async Task<int> EndAsync(Task work)
    {
        await work;
        return 0;
    }
}
