using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>A server on a real socket that has one file, gives parts of it, and counts what it has sent.</summary>
internal sealed partial class RangeServer : IAsyncDisposable
{
    private const int PieceSize = 64 * 1024;

    private readonly byte[] _content;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    // Guards what follows.
    private readonly Lock _sync = new();
    private long _sent;
    private long _awaited = long.MaxValue;
    private TaskCompletionSource _reached = new();

    public RangeServer(byte[] content)
    {
        _content = content;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri File => new($"http://{_listener.LocalEndpoint}/file");

    /// <summary>How many requests were for parts.</summary>
    public int PartsAskedFor { get; private set; }

    /// <summary>Waits until so many bytes more have been sent.</summary>
    public Task WhenSentAsync(long more)
    {
        lock (_sync)
        {
            _awaited = _sent + more;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _reached.Task;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _listener.Dispose();
    }

    // One client at a time: the next one comes when that before it is dead.
    private async Task ServeAsync()
    {
        while (true)
        {
            using Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
            try
            {
                var request = new byte[16 * 1024];
                int length = await socket.ReceiveAsync(request, _stop.Token);
                await AnswerAsync(socket, Encoding.ASCII.GetString(request, 0, length));
            }
            catch (SocketException)
            {
                // The client was killed.
            }
        }
    }

    private async Task AnswerAsync(Socket socket, string request)
    {
        Match range = Range.Match(request);
        int from = range.Success ? int.Parse(range.Groups["from"].ValueSpan, CultureInfo.InvariantCulture) : 0;
        if (range.Success) PartsAskedFor++;
        int total = _content.Length;
        string status = from >= total ? $"416 Range Not Satisfiable\r\nContent-Range: bytes */{total}"
            : range.Success ? $"206 Partial Content\r\nContent-Range: bytes {from}-{total - 1}/{total}"
            : "200 OK";
        string head = $"HTTP/1.1 {status}\r\nConnection: close\r\nAccept-Ranges: bytes\r\nETag: \"one\"\r\n"
            + $"Content-Length: {total - from}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
        for (int at = from; at < _content.Length; at += PieceSize)
        {
            int sent = Math.Min(PieceSize, _content.Length - at);
            await socket.SendAsync(_content.AsMemory(at, sent), _stop.Token);
            Count(sent);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private void Count(int sent)
    {
        lock (_sync)
        {
            _sent += sent;
            if (_sent >= _awaited) _reached.TrySetResult();
        }
    }

    [GeneratedRegex(@"^Range: bytes=(?<from>\d+)-\r?$", RegexOptions.Multiline | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Range { get; }
}
