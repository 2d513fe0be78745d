using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Two connected streams in memory: what is written to one is read from the other.</summary>
/// <remarks>
/// <para>Stands for a connection in tests. Each direction has its <see cref="LinkOptions"/>: latency, bandwidth, small
/// chunks, a cut after so many bytes, a bounded buffer or none. The delays run on the given clock.</para>
/// <para><b>Cut.</b> A cut ends both directions. What was written before it can still be read; then reads throw an
/// <see cref="IOException"/> with a connection reset inside, as a network stream does. Writes throw it at once.</para>
/// <para>Thread-safe. On a link with delays, code that waits goes on inside the move of the clock; on one without,
/// never inside the call of the other end.</para>
/// </remarks>
[DebuggerDisplay("Client = {Client}, Server = {Server}")]
public sealed class DuplexPair : IDisposable
{
    private readonly Link _toServer;
    private readonly Link _toClient;

    /// <summary>Makes a pair whose directions are alike.</summary>
    /// <param name="options">How each direction carries its bytes; a perfect link when <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock of the delays; <see cref="TimeProvider.System"/> when
    /// <see langword="null"/>.</param>
    public DuplexPair(LinkOptions? options = null, TimeProvider? timeProvider = null)
        : this(options ?? new LinkOptions(), options ?? new LinkOptions(), timeProvider)
    {
    }

    /// <summary>Makes a pair whose directions differ.</summary>
    /// <param name="toServer">How the bytes are carried that the client writes.</param>
    /// <param name="toClient">How the bytes are carried that the server writes.</param>
    /// <param name="timeProvider">The clock of the delays; <see cref="TimeProvider.System"/> when
    /// <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="toServer"/> or <paramref name="toClient"/> is <see langword="null"/>.
    /// </exception>
    public DuplexPair(LinkOptions toServer, LinkOptions toClient, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(toServer);
        ArgumentNullException.ThrowIfNull(toClient);
        _toServer = new Link(toServer, timeProvider ?? TimeProvider.System) { CutReached = Cut };
        _toClient = new Link(toClient, timeProvider ?? TimeProvider.System) { CutReached = Cut };
        Client = new DuplexStream(_toClient, _toServer);
        Server = new DuplexStream(_toServer, _toClient);
        if (toServer.CutAfter is 0 || toClient.CutAfter is 0) Cut();
    }

    /// <summary>One end.</summary>
    public DuplexStream Client { get; }

    /// <summary>The other end.</summary>
    public DuplexStream Server { get; }

    /// <summary>Gives the two ends: <c>var (client, server) = new DuplexPair();</c></summary>
    /// <param name="client">One end.</param>
    /// <param name="server">The other end.</param>
    public void Deconstruct(out DuplexStream client, out DuplexStream server) => (client, server) = (Client, Server);

    /// <summary>Cuts the connection now, as when a cable is pulled or a peer resets it.</summary>
    /// <remarks>Doing it again does nothing.</remarks>
    public void Cut()
    {
        _toServer.Cut();
        _toClient.Cut();
    }

    /// <summary>Disposes of both ends.</summary>
    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
