using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Child;

/// <summary>An application that is to be ended by signals, and prints how far it has come.</summary>
internal static class ApplicationChild
{
    public static async Task<int> RunAsync(string story)
    {
        var background = new BackgroundTasks(static (fault, name) => Console.WriteLine($"{name}: {fault.Message}"));
        int code = await EventLoop.RunApplicationAsync(
            async token =>
            {
                _ = background.Run("saving", SaveAsync);
                Console.WriteLine("started");
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                }
                catch (OperationCanceledException) when (story is "value")
                {
                    return 7;
                }
                catch (OperationCanceledException) when (story is "deaf")
                {
                    Console.WriteLine("deaf");
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
                }

                return 0;
            },
            new ApplicationOptions { Background = background });
        Console.WriteLine("ended");
        return code;

        // Not cancelled: there is time enough.
        static async ValueTask SaveAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellationToken);
            Console.WriteLine("saved");
        }
    }
}
