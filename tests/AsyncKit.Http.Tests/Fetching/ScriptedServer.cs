using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>A server on a real socket that answers each connection with the next script, byte for byte.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public ScriptedServer(params Func<Socket, CancellationToken, Task>[] scripts)
    {
        _listener.Start();
        _serving = ServeAsync(scripts);
    }

    /// <summary>The requests so far, as they came. To be read when the client has its answers.</summary>
    public List<string> Requests { get; } = [];

    public Uri Root => new($"http://{_listener.LocalEndpoint}/");

    public static Func<Socket, CancellationToken, Task> Send(string head, byte[]? body = null) =>
        async (socket, token) =>
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\n"), token);
            if (body is not null) await socket.SendAsync(body, token);
            socket.Shutdown(SocketShutdown.Send);
        };

    public static Func<Socket, CancellationToken, Task> Reset { get; } = static (socket, _) =>
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        return Task.CompletedTask;
    };

    public static Func<Socket, CancellationToken, Task> Stall(string head) => async (socket, token) =>
    {
        await socket.SendAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n") + "\r\n\r\nbeginning"), token);

        // Until the client gives up and closes the connection.
        Task closed = socket.ReceiveAsync(new byte[1], token).AsTask();
        await closed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task ServeAsync(Func<Socket, CancellationToken, Task>[] scripts)
    {
        foreach (Func<Socket, CancellationToken, Task> script in scripts)
        {
            using Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
            var request = new byte[16 * 1024];
            int length = await socket.ReceiveAsync(request, _stop.Token);
            Requests.Add(Encoding.ASCII.GetString(request, 0, length));
            await script(socket, _stop.Token);
        }
    }
}
