using System.Net;
using AsyncKit.Http;

namespace AsyncKit.Snippets;

public class HttpSecuritySnippets
{
    [Fact]
    public void APolicy_IsThePublicInternet_WithExceptions()
    {
        #region http-security
        OutboundPolicy policy = OutboundPolicy.PublicInternetOnly
            .WithSchemes("https", "http")
            .WithPorts(80, 443)
            .AllowNetwork(IPNetwork.Parse("10.20.0.0/16"))
            .AllowHost("*.intranet.example");
        #endregion

        Assert.True(policy.Allows(IPAddress.Parse("10.20.1.1")));
        Assert.False(policy.Allows(IPAddress.Parse("10.21.1.1")));
        Assert.Equal(
            "public internet, 10.20.0.0/16, *.intranet.example; ports 80, 443; schemes https, http", policy.ToString());
    }

    [Fact]
    public void AnAddress_IsAllowedOrNot_HoweverItIsWritten()
    {
        #region http-security-addresses
        OutboundPolicy policy = OutboundPolicy.PublicInternetOnly;
        string[] addresses = ["8.8.8.8", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "2002:7f00:1::1"];

        IEnumerable<string> allowed = addresses.Where(address => policy.Allows(IPAddress.Parse(address)));
        #endregion

        Assert.Equal(["8.8.8.8"], allowed);
    }
}
