namespace Tour.Site;

/// <summary>The ways in which a page of the site can fail.</summary>
internal enum FaultKind
{
    /// <summary>The page answers each time.</summary>
    None,

    /// <summary>503, without a word on when to come back.</summary>
    Unavailable,

    /// <summary>429 with <c>Retry-After: 1</c>.</summary>
    TooManyRequests,

    /// <summary>429 with <c>Retry-After</c> as a date.</summary>
    TooManyRequestsUntilDate,

    /// <summary>The connection is reset before a byte of the answer.</summary>
    Reset,

    /// <summary>The connection is reset after half of the body.</summary>
    ResetHalfway,

    /// <summary>500, at every visit.</summary>
    AlwaysFailing,

    /// <summary>The request is held until the client leaves or the site stops.</summary>
    NeverAnswering,
}
