namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A bounded buffer in which those who wait for room and those who wait for an item stand in one queue, and
/// one of them is woken.</summary>
internal static class OneConditionQueue
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, wakesAll: false);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, wakesAll: true);

    private static async Task RunAsync(TestEnv env, bool wakesAll)
    {
        var buffer = new Buffer(wakesAll);
        var sum = 0;

        // Not strands of their own: of one strand, who is woken goes on at once, inside the call that wakes. In that
        // order there is no bug.
        await Task.WhenAll(PutAsync(1), PutAsync(2), TakeAsync(), TakeAsync());
        Assert.Equal(6, sum);

        async Task PutAsync(int item)
        {
            await env.YieldAsync();
            for (var i = 0; i < 2; i++)
            {
                await buffer.PutAsync(item);
                await Task.Yield();
            }
        }

        async Task TakeAsync()
        {
            await env.YieldAsync();
            for (var i = 0; i < 2; i++)
            {
                int item = await buffer.TakeAsync();
                sum += item;
            }
        }
    }

    private sealed class Buffer(bool wakesAll)
    {
        private readonly Queue<TaskCompletionSource> _waiters = [];
        private int? _item;

        public async Task PutAsync(int item)
        {
            while (_item is not null) await WaitAsync();
            _item = item;
            Wake();
        }

        public async Task<int> TakeAsync()
        {
            while (_item is null) await WaitAsync();
            int item = _item.Value;
            _item = null;
            Wake();
            return item;
        }

        private Task WaitAsync()
        {
            var waiter = new TaskCompletionSource();
            _waiters.Enqueue(waiter);
            return waiter.Task;
        }

        private void Wake()
        {
            int count = wakesAll ? _waiters.Count : Math.Min(1, _waiters.Count);
            for (var i = 0; i < count; i++) _waiters.Dequeue().SetResult();
        }
    }
}
