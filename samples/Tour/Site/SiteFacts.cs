namespace Tour.Site;

/// <summary>What a visitor can count on: how many pages the site has, and how many of them fail in which way.</summary>
internal sealed record SiteFacts
{
    public required int Pages { get; init; }

    /// <summary>Pages that answer 503 once or twice, then heal.</summary>
    public required int Unavailable { get; init; }

    /// <summary>Pages that answer 429 with <c>Retry-After</c> once, then heal.</summary>
    public required int TooManyRequests { get; init; }

    /// <summary>Pages that reset the connection once, then heal.</summary>
    public required int Reset { get; init; }

    /// <summary>Pages that answer 500 always.</summary>
    public required int AlwaysFailing { get; init; }

    /// <summary>Pages that never answer.</summary>
    public required int NeverAnswering { get; init; }

    /// <summary>Links that lead to no page: 404.</summary>
    public required int DeadLinks { get; init; }

    /// <summary>Pages that a patient visitor gets in the end.</summary>
    public int Obtainable => Pages - AlwaysFailing - NeverAnswering;

    /// <summary>The facts as a sentence.</summary>
    public override string ToString() =>
        $"of {Pages} pages {Unavailable} answer 503 at first, {TooManyRequests} answer 429, "
        + $"{Reset} reset the connection, {AlwaysFailing} always fails, {NeverAnswering} never answers, "
        + $"and {DeadLinks} link leads nowhere";
}
