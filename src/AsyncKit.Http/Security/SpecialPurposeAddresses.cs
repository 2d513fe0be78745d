using System.Net;
using System.Net.Sockets;

namespace AsyncKit.Http;

/// <summary>The addresses that are no part of the public internet.</summary>
/// <remarks>
/// From the IANA registries of special-purpose addresses (RFC 6890 and its updates), and of multicast and reserved
/// ones. The few globally reachable addresses within 192.0.0.0/24 and 2001::/23 are for tunnels and address
/// translators; no web server answers there, so the blocks are refused whole.
/// </remarks>
internal static class SpecialPurposeAddresses
{
    private static readonly (IPNetwork Network, string Purpose)[] _ipv4 = Table(
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private use"),
        ("100.64.0.0/10", "shared by the customers of a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "the host below a virtual machine of Azure, public in form alone"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private use"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "relays of 6to4, deprecated"),
        ("192.168.0.0/16", "private use"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"));

    private static readonly (IPNetwork Network, string Purpose)[] _ipv6 = Table(
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "compatible with IPv4, deprecated"),
        ("64:ff9b:1::/48", "address translation within a network"),
        ("100::/64", "discarded"),
        ("100:0:0:1::/64", "dummy addresses"),
        ("2001::/32", "tunnels of Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private use"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local, deprecated"),
        ("ff00::/8", "multicast"));

    // Whatever IANA will give out next, it comes from here.
    private static readonly IPNetwork _globalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>The block an address belongs to, with its purpose; <see langword="null"/> for a public one.</summary>
    /// <param name="address">Not an IPv6 address with an IPv4 address inside.</param>
    public static string? BlockOf(IPAddress address)
    {
        bool isIPv4 = address.AddressFamily is AddressFamily.InterNetwork;
        foreach ((IPNetwork network, string purpose) in isIPv4 ? _ipv4 : _ipv6)
        {
            if (network.Contains(address)) return $"{network} ({purpose})";
        }

        return isIPv4 || _globalUnicast.Contains(address) ? null : $"what lies outside of {_globalUnicast} (reserved)";
    }

    private static (IPNetwork Network, string Purpose)[] Table(params (string Network, string Purpose)[] rows) =>
        [.. rows.Select(row => (IPNetwork.Parse(row.Network), row.Purpose))];
}
