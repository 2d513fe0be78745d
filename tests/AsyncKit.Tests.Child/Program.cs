namespace AsyncKit.Tests.Child;

/// <summary>What tests start as a process of its own, to kill it or to let it do less: a command and its
/// arguments.</summary>
internal static class Program
{
    private static Task Main(string[] arguments) => arguments switch
    {
        ["append", var path] => AppendChild.RunAsync(path),
        ["atomic", var path] => AtomicChild.RunAsync(path),
        ["replace", var path] => ReplaceChild.RunAsync(path),
        ["replace-twice", var path] => ReplaceChild.RunTwiceAsync(path),
        _ => throw new ArgumentException($"There is no command '{string.Join(' ', arguments)}'.", nameof(arguments)),
    };
}
