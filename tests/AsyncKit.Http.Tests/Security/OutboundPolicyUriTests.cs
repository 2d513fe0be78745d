namespace AsyncKit.Http.Tests.Security;

/// <summary>What is refused before a name is resolved.</summary>
public class OutboundPolicyUriTests
{
    private static readonly OutboundPolicy _web =
        OutboundPolicy.PublicInternetOnly.WithSchemes("https", "http").WithPorts(80, 443);

    // System.Uri canonicalises the odd spellings of IPv4 addresses, as browsers do.
    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0/")]
    [InlineData("http://①②⑦.0.0.1/")]
    [InlineData("http://127。0。0。1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:7f00:1]/")]
    [InlineData("http://[0:0:0:0:0:ffff:7f00:0001]/")]
    [InlineData("http://[64:ff9b::169.254.169.254]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://user:secret@10.0.0.1/path?key=secret")]
    public void AHostThatIsAPrivateAddress_IsRefused_HoweverItIsSpelled(string uri)
    {
        IOException refused = Assert.ThrowsAny<IOException>(() => OutboundAccess.ThrowIfRefused(_web, new Uri(uri)));

        Assert.Contains("belongs to", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "ftp://example.org/", "Connecting to 'example.org' was refused: the scheme ftp is not among https, http.")]
    [InlineData("http://example.org:22/", "Connecting to 'example.org' was refused: port 22 is not among 80, 443.")]
    [InlineData(
        "http://[::ffff:10.0.0.1]/",
        "Connecting to '::ffff:10.0.0.1' was refused: ::ffff:10.0.0.1 belongs to 10.0.0.0/8 (private use).")]
    [InlineData(
        "http://[64:ff9b::a00:1]/",
        "Connecting to '64:ff9b::a00:1' was refused: "
            + "64:ff9b::a00:1 belongs to 10.0.0.0/8 (private use) by the 10.0.0.1 inside.")]
    public void TheMessage_NamesTheHostAndTheRule(string uri, string message)
    {
        IOException refused = Assert.ThrowsAny<IOException>(() => OutboundAccess.ThrowIfRefused(_web, new Uri(uri)));

        Assert.Equal(message, refused.Message);
    }

    // What a name stands for is known when it is resolved.
    [Theory]
    [InlineData("http://localhost/")]
    [InlineData("https://example.org/")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://[2001:4860:4860::8888]/")]
    public void ANameOrAPublicAddress_IsNotRefusedYet(string uri) => OutboundAccess.ThrowIfRefused(_web, new Uri(uri));

    [Fact]
    public void WithoutRules_NothingIsRefused() =>
        OutboundAccess.ThrowIfRefused(OutboundPolicy.Unrestricted, new Uri("ftp://127.0.0.1:22/"));
}
