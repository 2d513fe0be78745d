using System.Globalization;
using System.Net;
using AsyncKit.Http;

namespace Tour.Crawling;

/// <summary>What a site lets crawlers of a name ask for, as its <c>robots.txt</c> says (RFC 9309).</summary>
internal sealed class RobotsRules
{
    private static readonly RobotsRules _nothing = new() { _rules = [new RobotsRule("/", IsAllowed: false)] };

    private IReadOnlyList<RobotsRule> _rules = [];

    /// <summary>The time between two requests that the site asks for, if it does.</summary>
    public TimeSpan? Delay { get; private init; }

    /// <summary>Asks a site for its rules. One that has none allows everything; one that cannot say, nothing.</summary>
    public static async Task<RobotsRules> FetchAsync(
        HttpFetcher fetcher, Uri site, string crawler, CancellationToken cancellationToken)
    {
        try
        {
            return Parse(await fetcher.GetStringAsync(new Uri(site, "/robots.txt"), cancellationToken), crawler);
        }
        catch (FetchException e)
        {
            bool hasNone = e.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
                and not HttpStatusCode.TooManyRequests;
            return hasNone ? new RobotsRules() : _nothing;
        }
    }

    /// <summary>Takes the rules for a crawler: those of its groups, or else those for all.</summary>
    public static RobotsRules Parse(string text, string crawler)
    {
        var own = new List<RobotsRule>();
        var all = new List<RobotsRule>();
        (TimeSpan? ownDelay, TimeSpan? allDelay) = (null, null);
        (bool isOwn, bool isAll, bool isInRules, bool hasOwn) = (false, false, true, false);
        foreach ((string key, string value) in Fields(text))
        {
            switch (key)
            {
                case "user-agent":
                    if (isInRules) (isOwn, isAll, isInRules) = (false, false, false);
                    isOwn |= value.Equals(crawler, StringComparison.OrdinalIgnoreCase);
                    hasOwn |= isOwn;
                    isAll |= value is "*";
                    break;
                case "allow" or "disallow":
                    isInRules = true;
                    var rule = new RobotsRule(value, IsAllowed: key is "allow");

                    // "Disallow:" without a path forbids nothing.
                    if (value.Length is 0) break;
                    if (isOwn) own.Add(rule);
                    if (isAll) all.Add(rule);
                    break;
                case "crawl-delay" when DelayOf(value) is { } delay:
                    isInRules = true;
                    if (isOwn) ownDelay = delay;
                    if (isAll) allDelay = delay;
                    break;
            }
        }

        return hasOwn
            ? new RobotsRules { _rules = own, Delay = ownDelay }
            : new RobotsRules { _rules = all, Delay = allDelay };
    }

    /// <summary>Whether an address may be asked for: the longest rule that matches says so.</summary>
    public bool Allows(Uri uri) => _rules
        .Where(rule => rule.Matches(uri.PathAndQuery))
        .OrderByDescending(static rule => rule.Path.Length)
        .ThenByDescending(static rule => rule.IsAllowed)
        .FirstOrDefault()?.IsAllowed ?? true;

    private static TimeSpan? DelayOf(string value) =>
        double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 3_600
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static IEnumerable<(string Key, string Value)> Fields(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string field = line.Split('#')[0];
            int colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) yield return (field[..colon].Trim().ToLowerInvariant(), field[(colon + 1)..].Trim());
        }
    }
}
