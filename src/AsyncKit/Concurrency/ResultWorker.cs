using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace AsyncKit.Concurrency;

/// <summary>A worker whose bodies have results.</summary>
/// <remarks>
/// Between the body and the loop of the worker stands a source of awaits, and not an asynchronous method: even a pooled
/// one would take a fifth of the time of an item that yields.
/// </remarks>
internal abstract class ResultWorker<T, TResult> : RunWorker<T>
{
    private readonly Func<T, CancellationToken, ValueTask<TResult>> _selector;
    private readonly BodySource _body;

    protected ResultWorker(BoundedRun<T> run, Func<T, CancellationToken, ValueTask<TResult>> selector)
        : base(run)
    {
        _selector = selector;
        _body = new BodySource(Keep);
    }

    protected sealed override ValueTask RunBodyAsync() => _body.AwaitAsync(_selector(Item, Run.StopToken));

    /// <summary>Keeps the result of the item.</summary>
    protected abstract void Keep(TResult result);

    /// <summary>Awaits one body after the other, and hands over what each results in.</summary>
    private sealed class BodySource : IValueTaskSource
    {
        private readonly Action<TResult> _keep;
        private readonly Action _goOn;
        private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _body;
        private Action<object?>? _continuation;
        private object? _state;

        public BodySource(Action<TResult> keep)
        {
            _keep = keep;
            _goOn = () => _continuation!(_state);
        }

        public ValueTask AwaitAsync(ValueTask<TResult> body)
        {
            _body = body.ConfigureAwait(false).GetAwaiter();
            return new ValueTask(this, token: 0);
        }

        public ValueTaskSourceStatus GetStatus(short token) =>
            _body.IsCompleted ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

        public void OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            (_continuation, _state) = (continuation, state);
            _body.UnsafeOnCompleted(_goOn);
        }

        public void GetResult(short token)
        {
            TResult result = _body.GetResult();
            _body = default;
            _keep(result);
        }
    }
}
