using System.Diagnostics;
using System.Net;

namespace AsyncKit.Http;

/// <summary>Says which addresses, ports and schemes a fetcher may connect to.</summary>
/// <remarks>
/// <para>For whoever fetches addresses that others have given: without it, a stranger can have the machines behind the
/// firewall fetched, or the metadata service of the cloud (server-side request forgery). The address is checked that a
/// connection is really made to, after the name was resolved and on every redirect. When a name has several addresses,
/// all of them must be allowed.</para>
/// <para>Each method returns another policy and leaves the one it is called on as it is. Immutable and
/// thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class OutboundPolicy
{
    private readonly bool _isPublicOnly;

    // Empty for all.
    private int[] _ports = [];
    private string[] _schemes = [];

    private IPNetwork[] _networks = [];
    private HostPattern[] _hosts = [];

    private OutboundPolicy(bool isPublicOnly) => _isPublicOnly = isPublicOnly;

    /// <summary>Allows everything.</summary>
    public static OutboundPolicy Unrestricted { get; } = new(isPublicOnly: false);

    /// <summary>Allows the addresses of the public internet alone, on every port.</summary>
    /// <remarks>
    /// Refused are loopback, private, link-local, multicast, reserved and all other special-purpose addresses of IPv4
    /// and IPv6, by the registries of IANA; an IPv4 address inside an IPv6 one (IPv4-mapped, NAT64, 6to4) is looked at
    /// as such.
    /// </remarks>
    public static OutboundPolicy PublicInternetOnly { get; } = new(isPublicOnly: true);

    /// <summary>Whether nothing at all is refused.</summary>
    public bool IsUnrestricted => !_isPublicOnly && _ports is [] && _schemes is [];

    /// <summary>Allows the addresses of a network too.</summary>
    /// <param name="network">For instance <c>IPNetwork.Parse("10.1.0.0/16")</c>.</param>
    /// <returns>The policy with the exception.</returns>
    public OutboundPolicy AllowNetwork(IPNetwork network)
    {
        // Addresses are compared without the IPv6 around them.
        if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96)
            network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96);

        OutboundPolicy policy = Copy();
        policy._networks = [.. _networks, network];
        return policy;
    }

    /// <summary>Allows a host by its name, whatever its addresses are.</summary>
    /// <remarks>Whoever answers for the name in the DNS can then have any address connected to.</remarks>
    /// <param name="pattern">A name, <c>example.org</c>, or all names below one, <c>*.example.org</c>.</param>
    /// <returns>The policy with the exception.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="pattern"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="pattern"/> is neither of the two.</exception>
    public OutboundPolicy AllowHost(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        OutboundPolicy policy = Copy();
        policy._hosts = [.. _hosts, new HostPattern(pattern)];
        return policy;
    }

    /// <summary>Allows these ports alone, in place of those before.</summary>
    /// <param name="ports">From 1 to 65535; none, or <see langword="null"/>, for all.</param>
    /// <returns>The policy with these ports.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A port is out of its range.</exception>
    public OutboundPolicy WithPorts(params int[]? ports)
    {
        OutboundPolicy policy = Copy();
        policy._ports = [.. (ports ?? []).Distinct().Order()];
        foreach (int port in policy._ports)
        {
            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(ports), port, $"A port must be from 1 to {IPEndPoint.MaxPort}, but was {port}.");
            }
        }

        return policy;
    }

    /// <summary>Allows these schemes alone, in place of those before.</summary>
    /// <param name="schemes">Such as <c>https</c>; none, or <see langword="null"/>, for all.</param>
    /// <returns>The policy with these schemes.</returns>
    /// <exception cref="ArgumentException">A scheme is <see langword="null"/> or cannot be one.</exception>
    public OutboundPolicy WithSchemes(params string[]? schemes)
    {
        schemes ??= [];
        if (Array.Find(schemes, scheme => !Uri.CheckSchemeName(scheme)) is { } wrong)
            throw new ArgumentException($"A scheme must be like https, but was '{wrong}'.", nameof(schemes));
        if (Array.IndexOf(schemes, null) >= 0)
            throw new ArgumentException("A scheme must not be null.", nameof(schemes));

        OutboundPolicy policy = Copy();
        policy._schemes = [.. schemes.Distinct(StringComparer.OrdinalIgnoreCase)];
        return policy;
    }

    /// <summary>Whether a connection to an address is allowed, by whatever name it was found.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Whether it is allowed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is <see langword="null"/>.</exception>
    public bool Allows(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return !_isPublicOnly || BlockAgainst(address) is null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string text = _isPublicOnly
            ? string.Join(", ", ["public internet", .. _networks, .. _hosts])
            : "all addresses";
        if (_ports is not []) text += $"; ports {string.Join(", ", _ports)}";
        if (_schemes is not []) text += $"; schemes {string.Join(", ", _schemes)}";
        return text;
    }

    /// <summary>Refuses what can be refused before a name is resolved: a scheme, a port, a host that is an address.
    /// </summary>
    /// <exception cref="OutboundRefusedException">It is refused.</exception>
    internal void ThrowIfRefused(Uri uri)
    {
        string host = uri.IdnHost;
        if (_schemes is not [] && !_schemes.Contains(uri.Scheme, StringComparer.OrdinalIgnoreCase))
        {
            throw new OutboundRefusedException(
                host, $"the scheme {uri.Scheme} is not among {string.Join(", ", _schemes)}");
        }

        ThrowIfRefused(host, uri.Port);
        if (IPAddress.TryParse(host, out IPAddress? address)) ThrowIfRefused(host, address);
    }

    /// <summary>Refuses a port.</summary>
    /// <exception cref="OutboundRefusedException">It is refused.</exception>
    internal void ThrowIfRefused(string host, int port)
    {
        if (_ports is [] || Array.IndexOf(_ports, port) >= 0) return;
        throw new OutboundRefusedException(host, $"port {port} is not among {string.Join(", ", _ports)}");
    }

    /// <summary>Refuses one of the addresses of a host.</summary>
    /// <exception cref="OutboundRefusedException">It is refused.</exception>
    internal void ThrowIfRefused(string host, IPAddress address)
    {
        if (!_isPublicOnly || AllowsName(host) || BlockAgainst(address) is not { } block) return;
        throw new OutboundRefusedException(host, $"{address} belongs to {block}");
    }

    // A rule for names is no way around the rules for addresses.
    private bool AllowsName(string host) =>
        !IPAddress.TryParse(host, out _) && Array.Exists(_hosts, pattern => pattern.Matches(host));

    private string? BlockAgainst(IPAddress address)
    {
        // To a socket the two are one.
        if (address.IsIPv4MappedToIPv6) return BlockAgainst(address.MapToIPv4());
        if (Array.Exists(_networks, network => network.Contains(address))) return null;
        return EmbeddedIPv4.Of(address) is { } inside
            ? BlockAgainst(inside) is { } block ? $"{block} by the {inside} inside" : null
            : SpecialPurposeAddresses.BlockOf(address);
    }

    private OutboundPolicy Copy() => (OutboundPolicy)MemberwiseClone();
}
