namespace AsyncKit.Http;

/// <summary>Whose behaviour a fetcher has.</summary>
public enum FetchCompatibility
{
    /// <summary>That of the options, as they are set.</summary>
    AsyncKit,

    /// <summary>
    /// That of the standard handler of Microsoft.Extensions.Http.Resilience: every option that stands for a difference
    /// is set to that package's way, whatever it was; <see cref="HttpFetcherOptions.Compatibility"/> lists them.
    /// </summary>
    HttpResilience,
}
