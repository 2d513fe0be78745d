namespace PriceChecker.Market;

/// <summary>How a shop treats those who ask it.</summary>
internal enum Mood
{
    /// <summary>It answers.</summary>
    Steady,

    /// <summary>It answers after a third of a second.</summary>
    Slow,

    /// <summary>It has no time for each second request: 503.</summary>
    Busy,

    /// <summary>It asks for a second of peace at first: 429 with <c>Retry-After</c>.</summary>
    Limiting,

    /// <summary>It breaks off in the middle of each third answer.</summary>
    Breaking,

    /// <summary>It promises the first answer, and never sends it.</summary>
    Stalling,

    /// <summary>It has closed down: 503 for ever.</summary>
    Closed,

    /// <summary>It sends pages where prices were asked for.</summary>
    Talkative,
}
