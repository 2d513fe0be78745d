using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Security;

/// <summary>A port where connecting never ends: its queue is full. On Linux, which is silent then.</summary>
internal sealed class DeafListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _waiting = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public DeafListener(string address, int port = 0)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere a full queue refuses.");
        _listener.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        _listener.Listen(0);
        _waiting.Connect(_listener.LocalEndPoint!);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>How many sockets are trying to connect at this moment.</summary>
    public int Knocking
    {
        get
        {
            // sl, local address, remote address, state. The kernel writes the address as a number of the machine.
            uint number = BitConverter.ToUInt32(((IPEndPoint)_listener.LocalEndPoint!).Address.GetAddressBytes());
            string remote = string.Create(CultureInfo.InvariantCulture, $" {number:X8}:{Port:X4} 02 ");
            return File.ReadLines("/proc/self/net/tcp").Count(line => line.Contains(remote, StringComparison.Ordinal));
        }
    }

    public Task KnockingIsAsync(int count) => AsyncAssert.EventuallyAsync(() => Assert.Equal(count, Knocking));

    public void Dispose()
    {
        _waiting.Dispose();
        _listener.Dispose();
    }
}
