using System.Net;
using System.Net.Sockets;
using AsyncKit.Concurrency;
using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>Makes the connections of a <see cref="SocketsHttpHandler"/>, to addresses its policy allows.</summary>
/// <remarks>
/// The check stands here because only here it is known which address a connection is made to. Before that there is a
/// name, and who resolves it once for the check and once more for the connection may get two answers (DNS rebinding).
/// With a proxy, what is connected to is the proxy, and the target is out of sight. For HTTP/3 the handler does not ask
/// (dotnet/runtime 64449): requests have to stay below it.
/// </remarks>
internal sealed class OutboundConnector(
    OutboundPolicy policy,
    Func<string, CancellationToken, Task<IPAddress[]>>? resolver,
    TimeProvider timeProvider,
    TimeSpan connectTimeout,
    Action<DnsEndPoint, IPAddress>? connected = null)
{
    // RFC 8305, section 5.
    private static readonly TimeSpan _delayBetweenAddresses = TimeSpan.FromMilliseconds(250);

    private readonly TaskRaceOptions _raceOptions = new() { TimeProvider = timeProvider };

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="OutboundRefusedException">The policy refuses the port, or an address of the host.</exception>
    /// <exception cref="SocketException">The name cannot be resolved, or no address can be connected to.</exception>
    /// <exception cref="TimeoutException">The time limit passed.</exception>
    public async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        NetworkStream stream = await OwnTimeout.RunAsync(
            token => ConnectAsync(target, token),
            Deadline.After(connectTimeout, timeProvider),
            e => throw new TimeoutException(
                $"Connecting to {target.Host}:{target.Port} took longer than {connectTimeout}.", e),
            cancellationToken).ConfigureAwait(false);
        try
        {
            connected?.Invoke(target, ((IPEndPoint)stream.Socket.RemoteEndPoint!).Address);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return stream;
    }

    private async ValueTask<NetworkStream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        policy.ThrowIfRefused(target.Host, target.Port);
        IPAddress[] addresses = await ResolveAsync(target.Host, cancellationToken).ConfigureAwait(false);

        // All of them, and not only those that would be tried: an answer that mixes public and private addresses is
        // that of somebody who waits for the public ones to fail.
        foreach (IPAddress address in addresses) policy.ThrowIfRefused(target.Host, address);
        try
        {
            return await TaskRace.StaggeredAsync(
                Interleave(addresses).Select(address => Dial(new IPEndPoint(address, target.Port))),
                _delayBetweenAddresses,
                _raceOptions,
                cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (cancellationToken.IsCancellationRequested)
        {
            // That one address failed is no news when the time for the others is up.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [Plain(literal)];

        // Left alone when cancelled: the resolver of the system cannot be interrupted, and may take half a minute.
        Task<IPAddress[]> resolving = resolver is null
            ? Dns.GetHostAddressesAsync(host, cancellationToken)
            : resolver(host, cancellationToken);
        IPAddress[] answers = await resolving.WaitAsync(cancellationToken).ConfigureAwait(false);
        return answers is []
            ? throw new SocketException((int)SocketError.HostNotFound)
            : [.. answers.Select(Plain).Distinct()];
    }

    // A socket for IPv6 does not connect to an IPv4 address in the clothes of IPv6.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // The families take turns, so that one that leads nowhere costs a single delay: RFC 8305, section 4.
    private static IEnumerable<IPAddress> Interleave(IPAddress[] addresses) => addresses
        .GroupBy(address => address.AddressFamily)
        .SelectMany(family => family.Select((address, turn) => (Address: address, Turn: turn)))
        .OrderBy(numbered => numbered.Turn)
        .Select(numbered => numbered.Address);

    private static Func<CancellationToken, ValueTask<NetworkStream>> Dial(IPEndPoint endPoint) => async token =>
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, token).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };
}
