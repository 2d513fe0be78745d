namespace AsyncKit.Tests.Child;

/// <summary>What tests start as a process of its own, to kill it: a command and its arguments.</summary>
internal static class Program
{
    private static Task Main(string[] arguments) => arguments switch
    {
        ["append", var path] => AppendChild.RunAsync(path),
        ["atomic", var path] => AtomicChild.RunAsync(path),
        _ => throw new ArgumentException($"There is no command '{string.Join(' ', arguments)}'.", nameof(arguments)),
    };
}
