using System.Threading.Channels;

namespace AsyncKit.Testing.Tests.Running;

/// <summary>Work that goes over the thread pool in every common way.</summary>
internal static class MixedWork
{
    public static async Task RunAsync(TestEnv env)
    {
        var lockOfAll = new SemaphoreSlim(1);
        var channel = Channel.CreateBounded<int>(2);
        List<Task> work = [ProduceAsync(channel.Writer), ConsumeAsync(channel.Reader)];
        for (var i = 1; i <= 3; i++)
        {
            work.Add(Task.Run(static async () => await Task.Yield()));
            work.Add(UseLibraryAsync(env, lockOfAll, TimeSpan.FromMilliseconds(i)));
        }

        await Task.WhenAll(work);
    }

    private static async Task UseLibraryAsync(TestEnv env, SemaphoreSlim lockOfAll, TimeSpan delay)
    {
        for (var i = 0; i < 3; i++)
        {
            await lockOfAll.WaitAsync().ConfigureAwait(false);
            try
            {
                await env.DelayAsync(delay).ConfigureAwait(false);
            }
            finally
            {
                lockOfAll.Release();
            }
        }
    }

    private static async Task ProduceAsync(ChannelWriter<int> writer)
    {
        for (var i = 0; i < 5; i++) await writer.WriteAsync(i).ConfigureAwait(false);
        writer.Complete();
    }

    private static async Task ConsumeAsync(ChannelReader<int> reader)
    {
        var sum = 0;
        await foreach (int item in reader.ReadAllAsync().ConfigureAwait(false)) sum += item;
        Assert.Equal(10, sum);
    }
}
