using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Retries;

/// <summary>Every form of the header, RFC 9110, sections 10.2.3 and 5.6.7, and what is none of them.</summary>
public class RetryAfterTableTests : FetcherFixture
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("120", 120)]
    [InlineData("0007", 7)]
    [InlineData("00000000000000000000000000005", 5)]
    [InlineData(" 5", 5)]
    [InlineData("5 ", 5)]
    [InlineData("\t5\t", 5)]
    [InlineData("2147483647", 2147483647)]
    [InlineData("2147483648", 2147483648)]
    [InlineData("4294967296", 4294967296)]
    public async Task Seconds_AreUnderstood(string header, long seconds) =>
        Assert.Equal(Time.Start.AddSeconds(seconds), await RetryAtAsync(header));

    // IMF-fixdate, RFC 850, asctime. The clock shows midnight of January 1st 2000, a Saturday.
    [Theory]
    [InlineData("Sat, 01 Jan 2000 00:00:06 GMT", 6)]
    [InlineData("Sat, 01 Jan 2000 01:00:00 GMT", 3600)]
    [InlineData("Tue, 29 Feb 2000 00:00:00 GMT", 59 * 86400)]
    [InlineData("Saturday, 01-Jan-00 00:00:06 GMT", 6)]
    [InlineData("Monday, 03-Jan-00 00:00:00 GMT", 2 * 86400)]
    [InlineData("Sat Jan  1 00:00:06 2000", 6)]
    [InlineData("Mon Jan 10 00:00:00 2000", 9 * 86400)]
    [InlineData("  Sat, 01 Jan 2000 00:00:06 GMT ", 6)]
    public async Task TheThreeFormsOfADate_AreUnderstood(string header, int seconds) =>
        Assert.Equal(Time.Start.AddSeconds(seconds), await RetryAtAsync(header));

    [Theory]
    [InlineData("Sat, 01 Jan 2000 00:00:00 GMT")]
    [InlineData("Fri, 31 Dec 1999 23:59:59 GMT")]
    [InlineData("Friday, 31-Dec-99 23:59:59 GMT")]
    [InlineData("Fri Dec 31 23:59:59 1999")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task ADateThatHasPassed_MeansNow(string header) =>
        Assert.Equal(Time.Start, await RetryAtAsync(header));

    // Of two digits: the year is never more than 50 years ahead, and otherwise the latest there is.
    [Theory]
    [InlineData("2049-12-31T23:59:50Z", "Saturday, 01-Jan-50 00:00:00 GMT", 10)]
    [InlineData("2099-12-31T23:59:50Z", "Friday, 01-Jan-00 00:00:00 GMT", 10)]
    [InlineData("2050-01-01T00:00:00Z", "Friday, 31-Dec-49 23:59:59 GMT", 0)]
    [InlineData("2026-01-01T00:00:00Z", "Wednesday, 01-Jan-75 00:00:00 GMT", 1546300800)]
    [InlineData("2026-01-01T00:00:00Z", "Saturday, 01-Jan-77 00:00:00 GMT", 0)]
    [InlineData("2000-02-28T23:59:59Z", "Tuesday, 29-Feb-00 00:00:00 GMT", 1)]
    public async Task AYearOfTwoDigits_IsOneNearby(string now, string header, int seconds)
    {
        Time.SetUtcNow(DateTimeOffset.Parse(now, provider: null));

        Assert.Equal(Time.GetUtcNow().AddSeconds(seconds), await RetryAtAsync(header));
    }

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("9223372036854775808")]
    [InlineData("922337203685477580")]
    public async Task Pitfall03_MoreSecondsThanThereAre_MeanForEver(string header) =>
        Assert.Equal(DateTimeOffset.MaxValue, await RetryAtAsync(header));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("+5")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("5.0")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("5s")]
    [InlineData("5 seconds")]
    [InlineData("5, 10")]
    [InlineData("\"5\"")]
    [InlineData("٥")]
    [InlineData("soon")]
    [InlineData("Sat, 32 Jan 2000 00:00:06 GMT")]
    [InlineData("Sat, 01 Jan 2000 25:00:06 GMT")]
    [InlineData("Saturday, 32-Jan-00 00:00:06 GMT")]
    [InlineData("01-Jan-00")]
    [InlineData(",")]
    public async Task WhatIsNoneOfTheForms_IsIgnored(string header) => Assert.Null(await RetryAtAsync(header));

    // Not of the grammar, but there is one way to understand it.
    [Fact]
    public async Task ADateWithoutItsZone_IsUnderstoodAsGmt() =>
        Assert.Equal(Time.Start.AddSeconds(6), await RetryAtAsync("Sat, 01 Jan 2000 00:00:06"));

    // The header is no list: which of the two is meant cannot be known.
    [Theory]
    [InlineData("5", "10")]
    [InlineData("5", "5")]
    [InlineData("5", "Sat, 01 Jan 2000 00:00:06 GMT")]
    public async Task TwoHeaders_AreIgnored(string first, string second) =>
        Assert.Null(await RetryAtAsync(first, second));

    /// <summary>The moment that the fetcher read out of the header; without a retry that would wait for it.</summary>
    private async Task<DateTimeOffset?> RetryAtAsync(params string[] headers)
    {
        Options.Retry.MaxRetryAttempts = 0;
        Stub.OnAny().Reply(_ =>
        {
            var response = new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
            Assert.True(response.Headers.TryAddWithoutValidation("Retry-After", headers));
            return response;
        });
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));
        Assert.Equal(FetchFailure.Status, failure.Failure);
        return failure.RetryAt;
    }
}
