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
        if (!RetryConditionHeaderValue.TryParse(value, out RetryConditionHeaderValue? parsed)
            || parsed.Date is not { } date)
        {
            return null;
        }

        return date > now ? date - now : TimeSpan.Zero;
    }

    // The BCL's parser takes a number beyond 32 bits for no header at all, and so would come back after two seconds to
    // a server that asked for years of rest.
    private static TimeSpan Seconds(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
        && seconds <= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.MaxValue;
}
