namespace AsyncKit.Http.Tests.Fetching;

public class HttpFetcherOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfHttpResilience_WithARetryAfterAndADelayThatAreBounded()
    {
        var options = new HttpFetcherOptions();

        Assert.Equal(TimeSpan.FromSeconds(30), options.TotalRequestTimeout.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(10), options.AttemptTimeout.Timeout);
        Assert.Equal(3, options.Retry.MaxRetryAttempts);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Retry.Delay);
        Assert.True(options.Retry.UseJitter);
        Assert.True(options.Retry.ShouldRetryAfterHeader);
        Assert.Equal(TimeSpan.FromSeconds(30), options.Retry.MaxDelay);
        Assert.Equal(TimeSpan.FromSeconds(60), options.Retry.MaxRetryAfter);
        Assert.Equal(64 * 1024 * 1024, options.Body.MaxBytes);
    }

    [Fact]
    public void EveryViolation_IsNamed_WithItsRuleAndValue()
    {
        var options = new HttpFetcherOptions
        {
            TotalRequestTimeout = { Timeout = TimeSpan.FromSeconds(5) },
            Body = { MaxBytes = 0 },
            UserAgent = "not (closed",
            Retry = { MaxRetryAttempts = -1, Delay = TimeSpan.FromDays(2) },
        };

        ArgumentException refused = Assert.Throws<ArgumentException>("options", () => new HttpFetcher(options));

        Assert.Equal(
            "Retry.MaxRetryAttempts must be at least 0, but was -1; "
            + "Retry.Delay must be from 0 to 1 day, but was 2.00:00:00; "
            + "Body.MaxBytes must be from 1 to 2147483590, but was 0; "
            + "AttemptTimeout.Timeout must be at most TotalRequestTimeout.Timeout, 00:00:05, but was 00:00:10; "
            + "UserAgent must be like 'MyCrawler/1.0 (+https://example.org/about)', but was 'not (closed'. "
            + "(Parameter 'options')",
            refused.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(86_400_001)]
    public void Timeouts_AreFromTenMillisecondsToADay(int milliseconds)
    {
        var options = new HttpFetcherOptions
        {
            TotalRequestTimeout = { Timeout = TimeSpan.FromMilliseconds(milliseconds) },
        };

        ArgumentException refused = Assert.Throws<ArgumentException>("options", () => new HttpFetcher(options));

        Assert.Contains(
            "TotalRequestTimeout.Timeout must be from 10 milliseconds to 1 day",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bot/1.0 (größe)")]
    [InlineData("Bot/1.0 (open")]
    public void AUserAgentNoRequestCouldCarry_IsRefused(string userAgent)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            "options", () => new HttpFetcher(new HttpFetcherOptions { UserAgent = userAgent }));

        Assert.Contains(userAgent, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NullOptions_AreRefused()
    {
        HttpFetcherOptions[] incomplete =
        [
            new() { TotalRequestTimeout = null! },
            new() { AttemptTimeout = null! },
            new() { Body = null! },
            new() { TimeProvider = null! },
        ];

        Assert.All(
            incomplete, options => Assert.Throws<ArgumentException>(nameof(options), () => new HttpFetcher(options)));
    }
}
