using System.Net;

namespace AsyncKit.Http.Tests.Security;

public class OutboundPolicyTests
{
    private static readonly OutboundPolicy _public = OutboundPolicy.PublicInternetOnly;

    [Theory]
    [InlineData("1.0.0.0")]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("126.255.255.255")]
    [InlineData("128.0.0.0")]
    [InlineData("168.63.129.15")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("191.255.255.255")]
    [InlineData("192.0.1.0")]
    [InlineData("192.0.3.0")]
    [InlineData("192.31.196.1")]
    [InlineData("192.88.98.255")]
    [InlineData("192.88.100.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("198.51.99.255")]
    [InlineData("203.0.114.0")]
    [InlineData("223.255.255.255")]
    [InlineData("2000::1")]
    [InlineData("2001:200::1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2001:db9::1")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2620:4f:8000::1")]
    [InlineData("2a00:1450::1")]
    [InlineData("3fff:1000::1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::8.8.8.8")]
    [InlineData("64:ff9b:1::8.8.8.8")]
    [InlineData("2002:808:808::1")]
    public void PublicInternetOnly_AllowsPublicAddresses(string address) =>
        Assert.True(_public.Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.255.255.255")]
    [InlineData("10.0.0.0")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.0")]
    [InlineData("100.100.100.200")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.255")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.0.0")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.0")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.0")]
    [InlineData("192.0.0.192")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.0.0")]
    [InlineData("192.168.255.255")]
    [InlineData("198.18.0.0")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.254")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::8.8.8.8")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:8.8.8.8")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::10.0.0.1")]
    [InlineData("64:ff9b:1::10.0.0.1")]
    [InlineData("64:ff9b:1:a00:0:100::")]
    [InlineData("64:ff9b:1:a00:0:100:808:808")]
    [InlineData("64:ff9b:2::8.8.8.8")]
    [InlineData("100::1")]
    [InlineData("100:0:0:1::1")]
    [InlineData("200::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:808:808::1")]
    [InlineData("2001:2::1")]
    [InlineData("2001:1ff::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("2002:c0a8:101::1")]
    [InlineData("3fff::1")]
    [InlineData("4000::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%3")]
    [InlineData("febf:ffff::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void PublicInternetOnly_RefusesAllOthers(string address)
    {
        Assert.False(_public.Allows(IPAddress.Parse(address)));
        Assert.True(OutboundPolicy.Unrestricted.Allows(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("127.0.0.0/8", "127.0.0.1", true)]
    [InlineData("127.0.0.0/8", "::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.0/8", "64:ff9b::127.0.0.1", true)]
    [InlineData("127.0.0.0/8", "10.0.0.1", false)]
    [InlineData("127.0.0.0/8", "::1", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "127.0.0.1", false)]
    [InlineData("64:ff9b:1::/48", "64:ff9b:1:a00:0:100::", true)]
    [InlineData("::/0", "::1", true)]
    [InlineData("::/0", "::ffff:127.0.0.1", false)]
    public void AllowNetwork_AllowsItsAddresses_HoweverTheyAreWritten(string network, string address, bool isAllowed) =>
        Assert.Equal(isAllowed, _public.AllowNetwork(IPNetwork.Parse(network)).Allows(IPAddress.Parse(address)));

    [Fact]
    public void EveryMethod_LeavesThePolicyAsItIs()
    {
        var loopback = IPNetwork.Parse("127.0.0.0/8");

        OutboundPolicy changed = _public.AllowNetwork(loopback).AllowHost("*.Bücher.example").WithPorts(443, 80)
            .WithSchemes("https");

        Assert.False(_public.Allows(IPAddress.Loopback));
        Assert.True(changed.Allows(IPAddress.Loopback));
        Assert.Equal("public internet", _public.ToString());
        Assert.Equal(
            "public internet, 127.0.0.0/8, *.xn--bcher-kva.example; ports 80, 443; schemes https", changed.ToString());
    }

    [Fact]
    public void IsUnrestricted_OnlyWhenNothingIsRefused()
    {
        Assert.True(OutboundPolicy.Unrestricted.IsUnrestricted);
        Assert.True(OutboundPolicy.Unrestricted.WithPorts(443).WithPorts().IsUnrestricted);
        Assert.True(OutboundPolicy.Unrestricted.WithSchemes("https").WithSchemes(null).IsUnrestricted);
        Assert.False(OutboundPolicy.Unrestricted.WithPorts(443).IsUnrestricted);
        Assert.False(OutboundPolicy.Unrestricted.WithSchemes("https").IsUnrestricted);
        Assert.False(_public.IsUnrestricted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("*.")]
    [InlineData("a.*.org")]
    [InlineData("*example.org")]
    [InlineData("example.org:80")]
    [InlineData("https://example.org")]
    [InlineData("me@example.org")]
    [InlineData("example.org/path")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("*.1")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    public void AllowHost_WhatIsNoName_IsRefused(string pattern)
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>(() => _public.AllowHost(pattern));

        Assert.Contains($"'{pattern}'", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void WithPorts_OutOfRange_IsRefused(int port) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _public.WithPorts(443, port));

    [Theory]
    [InlineData("")]
    [InlineData("https:")]
    [InlineData("1https")]
    [InlineData(null)]
    public void WithSchemes_WhatIsNone_IsRefused(string? scheme) =>
        Assert.Throws<ArgumentException>(() => _public.WithSchemes("https", scheme!));
}
