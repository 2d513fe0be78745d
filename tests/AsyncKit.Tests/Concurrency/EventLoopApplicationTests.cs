using System.Diagnostics;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class EventLoopApplicationTests
{
    [Fact]
    public async Task TheExitCode_IsThatOfTheWork()
    {
        Assert.Equal(7, await EventLoop.RunApplicationAsync(static _ => ValueTask.FromResult(7)));
        Assert.Equal(0, await EventLoop.RunApplicationAsync(static _ => Task.FromResult(0)));
    }

    [Fact]
    public async Task AFault_IsPrinted_AndGivesOne()
    {
        using var error = new StringWriter();

        int code = await EventLoop.RunApplicationAsync(
            static _ => throw new IOException("the disk is full"), new ApplicationOptions { Error = error });

        Assert.Equal(1, code);
        Assert.StartsWith("System.IO.IOException: the disk is full", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public Task BackgroundWork_IsDrained_AndWhatDoesNotEndIsPrinted() => AsyncTest.RunAsync(async env =>
    {
        await using var error = new StringWriter();
        var background = new BackgroundTasks(
            static (_, _) => { }, new BackgroundTasksOptions { TimeProvider = env.Time });
        var gate = new TaskCompletionSource();

        int code = await EventLoop.RunApplicationAsync(
            token =>
            {
                _ = background.Run("deaf", _ => gate.Task);
                return ValueTask.FromResult(0);
            },
            new ApplicationOptions
            {
                Background = background,
                DrainTimeout = TimeSpan.FromSeconds(1),
                Error = error,
            });
        gate.SetResult();

        Assert.Equal(1, code);
        Assert.Equal($"'deaf' did not end: it has run for 00:00:06.{Environment.NewLine}", error.ToString());
    });

    [Fact]
    public void ADrainTimeoutOutOfRange_IsRefused()
    {
        var options = new ApplicationOptions { DrainTimeout = TimeSpan.FromSeconds(-2) };

        var refused = Assert.Throws<ArgumentException>(
            () => { _ = EventLoop.RunApplicationAsync(static _ => ValueTask.FromResult(0), options); });

        Assert.StartsWith(
            "DrainTimeout must be from zero to 4294967294 ms, or infinite, but was -00:00:02.",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("TERM", "plain", 143)]
    [InlineData("INT", "plain", 130)]
    [InlineData("HUP", "plain", 129)]
    [InlineData("TERM", "value", 7)]
    public async Task ASignal_EndsTheWork_AndBackgroundWorkIsDrained(string signal, string story, int expected)
    {
        using Process child = ChildProgram.Start("application", story);
        Assert.Equal("started", await ChildProgram.ReadLineAsync(child));

        await SendAsync(signal, child);

        Assert.Equal("saved", await ChildProgram.ReadLineAsync(child));
        Assert.Equal("ended", await ChildProgram.ReadLineAsync(child));
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, child.ExitCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task ASecondSignal_EndsTheProcess()
    {
        using Process child = ChildProgram.Start("application", "deaf");
        Assert.Equal("started", await ChildProgram.ReadLineAsync(child));

        await SendAsync("TERM", child);
        while (await ChildProgram.ReadLineAsync(child) is not "deaf")
        {
        }

        await SendAsync("TERM", child);

        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(143, child.ExitCode);
    }

    private static async Task SendAsync(string signal, Process child)
    {
        using Process kill = Process.Start("kill", ["-s", signal, $"{child.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
