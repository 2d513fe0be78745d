using System.Globalization;
using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>Reads the Retry-After header: RFC 9110, section 10.2.3.</summary>
internal static class RetryAfter
{
    /// <summary>
    /// The wait the server asks for; <see langword="null"/> when it asks for none that can be understood.
    /// </summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (!headers.NonValidated.TryGetValues("Retry-After", out HeaderStringValues values)) return null;

        string value = values.ToString().Trim();
        if (value.Length > 0 && value.All(char.IsAsciiDigit)) return Seconds(value);
        if (Date(value, now) is not { } date) return null;
        return date > now ? date - now : TimeSpan.Zero;
    }

    // The BCL's parser takes a number beyond 32 bits for no header at all, and so would come back after two seconds to
    // a server that asked for years of rest.
    private static TimeSpan Seconds(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
        && seconds <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.MaxValue;

    private static DateTimeOffset? Date(string value, DateTimeOffset now) => DateOfRfc850(value, now)
        ?? (RetryConditionHeaderValue.TryParse(value, out RetryConditionHeaderValue? parsed) ? parsed.Date : null);

    // Saturday, 01-Jan-00 00:00:06 GMT. To the BCL's parser the two digits are a year from 1950 to 2049, and a day of
    // the week that does not fit makes them no date. RFC 9110, section 5.6.7: a year that is at most 50 ahead.
    private static DateTimeOffset? DateOfRfc850(string value, DateTimeOffset now)
    {
        if (value.Split(", ") is not [_, var rest]
            || !DateTimeOffset.TryParseExact(
                rest,
                "dd-MMM-yy HH:mm:ss 'GMT'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset date))
        {
            return null;
        }

        // The latest that is not too far ahead.
        int centuries = (now.Year / 100) - (date.Year / 100) + 1;
        while (date.AddYears((centuries * 100) - 50) > now) centuries--;
        return date.AddYears(centuries * 100);
    }
}
