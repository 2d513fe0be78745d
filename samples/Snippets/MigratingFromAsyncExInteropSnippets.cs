namespace AsyncKit.Snippets;

// What replaces the bridges of AsyncEx to older patterns with the framework's own members.
public class MigratingFromAsyncExInteropSnippets
{
    [Fact]
    public async Task ATask_BecomesABeginAndAnEnd()
    {
        async Task<int> CountAsync()
        {
            await Task.Yield();
            return 3;
        }

        #region migrate-apm
        IAsyncResult BeginCount(AsyncCallback? callback, object? state) =>
            TaskToAsyncResult.Begin(CountAsync(), callback, state);

        int EndCount(IAsyncResult asyncResult) => TaskToAsyncResult.End<int>(asyncResult);
        #endregion

        Assert.Equal(3, await Task.Factory.FromAsync(BeginCount, EndCount, null));
    }

    [Fact]
    public async Task AnEvent_BecomesATask()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var door = new Door();

        #region migrate-event
        async Task<string> NextGuestAsync()
        {
            var guest = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            void OnOpened(object? sender, GuestEventArgs e) => guest.TrySetResult(e.Name);
            door.Opened += OnOpened;
            try
            {
                return await guest.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                door.Opened -= OnOpened;
            }
        }
        #endregion

        Task<string> next = NextGuestAsync();
        Assert.False(next.IsCompleted);
        door.Open("Ada");
        Assert.Equal("Ada", await next);
        Assert.False(door.HasListeners);
    }

    [Fact]
    public async Task AWaitHandle_BecomesATask()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var signal = new ManualResetEvent(initialState: false);

        #region migrate-wait-handle
        async Task<bool> WaitForAsync(WaitHandle handle, TimeSpan timeout)
        {
            var ended = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            RegisteredWaitHandle registration = ThreadPool.RegisterWaitForSingleObject(
                handle, (_, timedOut) => ended.TrySetResult(!timedOut), null, timeout, executeOnlyOnce: true);
            try
            {
                return await ended.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                registration.Unregister(null);
            }
        }
        #endregion

        Assert.False(await WaitForAsync(signal, TimeSpan.Zero));
        Task<bool> waiting = WaitForAsync(signal, Timeout.InfiniteTimeSpan);
        Assert.False(waiting.IsCompleted);
        signal.Set();
        Assert.True(await waiting);
    }

    [Fact]
    public async Task WorkForAContext_IsPostedToIt()
    {
        var context = new InlineContext();

        async Task<int> MeasureAsync()
        {
            await Task.Yield();
            return context.Posts;
        }

        #region migrate-context-post
        Task<T> PostAsync<T>(Func<Task<T>> work)
        {
            var ended = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
            context.Post(_ => ended.SetResult(SettleAsync()), null);
            return ended.Task.Unwrap();

            async Task<T> SettleAsync() => await work(); // a throw before the first await is in the task too
        }
        #endregion

        Assert.Equal(1, await PostAsync(MeasureAsync));
        await Assert.ThrowsAsync<IOException>(() => PostAsync<int>(() => throw new IOException("lost")));
    }

    [Fact]
    public void AContext_IsSetAndSetBack()
    {
        var context = new InlineContext();
        SynchronizationContext? seen = null;
        SynchronizationContext? before = SynchronizationContext.Current;

        #region migrate-context-switcher
        void RunIn(SynchronizationContext? other, Action work)
        {
            SynchronizationContext? own = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(other);
            try
            {
                work();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(own);
            }
        }
        #endregion

        RunIn(context, () => seen = SynchronizationContext.Current);
        Assert.Same(context, seen);
        Assert.Same(before, SynchronizationContext.Current);
    }

    [Fact]
    public async Task AsynchronousHandlers_AreDelegatesThatReturnTasks()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> saved = [];
        Func<string, CancellationToken, Task>? closing = null;

        #region migrate-deferrals
        closing += SaveAsync;
        closing += BackUpAsync;

        async Task RaiseClosingAsync(string document)
        {
            List<Task> handling = [];
            foreach (Func<string, CancellationToken, Task> handler in Delegate.EnumerateInvocationList(closing))
                handling.Add(handler(document, cancellationToken));
            await Task.WhenAll(handling); // WaitForDeferralsAsync
        }
        #endregion

        async Task SaveAsync(string document, CancellationToken token)
        {
            await Task.Yield();
            lock (saved) saved.Add($"{document} on disk");
        }

        async Task BackUpAsync(string document, CancellationToken token)
        {
            await Task.Yield();
            lock (saved) saved.Add($"{document} elsewhere");
        }

        await RaiseClosingAsync("letter");
        Assert.Equal(["letter elsewhere", "letter on disk"], saved.Order());
    }

    private sealed class GuestEventArgs : EventArgs
    {
        public required string Name { get; init; }
    }

    private sealed class Door
    {
        public event EventHandler<GuestEventArgs>? Opened;

        public bool HasListeners => Opened is not null;

        public void Open(string name) => Opened?.Invoke(this, new GuestEventArgs { Name = name });
    }

    private sealed class InlineContext : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Posts++;
            d(state);
        }
    }
}
