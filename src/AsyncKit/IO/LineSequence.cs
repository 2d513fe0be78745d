using System.Runtime.CompilerServices;

namespace AsyncKit.IO;

/// <summary>The lines of a file, for <c>await foreach</c>.</summary>
/// <typeparam name="T">What a line is given as.</typeparam>
/// <remarks>
/// Written by hand, for an asynchronous iterator takes a state machine's way for each line, and most lines are there.
/// The sequence is its own first enumerator, as those that the compiler makes.
/// </remarks>
internal sealed class LineSequence<T>(
    string path,
    LineReadOptions? options,
    bool decodes,
    Func<LineView, T> take,
    CancellationToken cancellationToken) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken enumerationToken = default) =>
        new Enumerator(path, options, decodes, take, cancellationToken, enumerationToken);

    private sealed class Enumerator : IAsyncEnumerator<T>
    {
        private readonly Utf8LineReader _reader;
        private readonly LineView _view;
        private readonly Func<LineView, T> _take;
        private readonly CancellationTokenSource? _both;
        private readonly CancellationToken _token;
        private T? _current;

        public Enumerator(
            string path,
            LineReadOptions? options,
            bool decodes,
            Func<LineView, T> take,
            CancellationToken callToken,
            CancellationToken enumerationToken)
        {
            _reader = new Utf8LineReader(path, options, decodes);
            _view = _reader.View;
            _take = take;
            _token = callToken.CanBeCanceled ? callToken : enumerationToken;
            if (!callToken.CanBeCanceled || !enumerationToken.CanBeCanceled || callToken == enumerationToken) return;
            _both = CancellationTokenSource.CreateLinkedTokenSource(callToken, enumerationToken);
            _token = _both.Token;
        }

        public T Current => _current!;

        public ValueTask<bool> MoveNextAsync()
        {
            // Also lines that have been read are not given when the caller does not want them any more.
            if (!_view.HasLine || _token.IsCancellationRequested) return MoveToNextAsync();
            _current = _take(_view);
            return new ValueTask<bool>(true);
        }

        public async ValueTask DisposeAsync()
        {
            _both?.Dispose();
            await _reader.DisposeAsync().ConfigureAwait(false);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<bool> MoveToNextAsync()
        {
            if (!await _reader.WaitToReadAsync(_token).ConfigureAwait(false)) return false;
            _current = _take(_view);
            return true;
        }
    }
}
