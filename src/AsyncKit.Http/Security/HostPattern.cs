using System.Net;

namespace AsyncKit.Http;

/// <summary>A host name, or all names below one: <c>example.org</c>, <c>*.example.org</c>.</summary>
internal sealed class HostPattern
{
    private const string Wildcard = "*.";

    private readonly string _name;
    private readonly bool _isWildcard;

    /// <exception cref="ArgumentException">The pattern is neither of the two.</exception>
    public HostPattern(string pattern)
    {
        _isWildcard = pattern.StartsWith(Wildcard, StringComparison.Ordinal);
        string name = _isWildcard ? pattern[Wildcard.Length..] : pattern;

        if (IPAddress.TryParse(name, out _))
        {
            throw new ArgumentException(
                $"pattern must be a host name, but '{pattern}' is an address: AllowNetwork takes those.",
                nameof(pattern));
        }

        if (Uri.CheckHostName(name) is not UriHostNameType.Dns)
        {
            throw new ArgumentException(
                $"pattern must be a host name such as example.org or *.example.org, but was '{pattern}'.",
                nameof(pattern));
        }

        // As the transport spells it: in lower case, and in ASCII.
        _name = WithoutRoot(new Uri($"http://{name}/").IdnHost);
    }

    /// <param name="host">A host name as the transport spells it, not an address.</param>
    public bool Matches(string host)
    {
        string name = WithoutRoot(host);
        if (!_isWildcard) return name.Equals(_name, StringComparison.OrdinalIgnoreCase);
        return name.Length > _name.Length + 1
            && name[^(_name.Length + 1)] is '.'
            && name.EndsWith(_name, StringComparison.OrdinalIgnoreCase);
    }

    public override string ToString() => _isWildcard ? Wildcard + _name : _name;

    // "example.org." is the same name.
    private static string WithoutRoot(string host) => host.EndsWith('.') ? host[..^1] : host;
}
