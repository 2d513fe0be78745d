using System.Net;

namespace AsyncKit.Http;

/// <summary>Finds the IPv4 address that a translator or a tunnel would make of an IPv6 address.</summary>
internal static class EmbeddedIPv4
{
    private static readonly (IPNetwork Network, int Offset)[] _places =
    [
        // NAT64, RFC 6052.
        (IPNetwork.Parse("64:ff9b::/96"), 12),
        // NAT64 within a network, RFC 8215. A translator may take a shorter prefix out of 64:ff9b:1::/48, and then it
        // looks for the address elsewhere. Here it would find one of 0.0.0.0/8, which leads nowhere; the rest of the
        // block is refused.
        (IPNetwork.Parse("64:ff9b:1::/96"), 12),
        // 6to4, RFC 3056.
        (IPNetwork.Parse("2002::/16"), 2),
    ];

    /// <summary>The address inside; <see langword="null"/> when there is none.</summary>
    public static IPAddress? Of(IPAddress address)
    {
        foreach ((IPNetwork network, int offset) in _places)
        {
            if (network.Contains(address)) return new IPAddress(address.GetAddressBytes().AsSpan(offset, 4));
        }

        return null;
    }
}
