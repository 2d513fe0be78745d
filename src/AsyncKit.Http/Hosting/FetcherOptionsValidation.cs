using Microsoft.Extensions.Options;

namespace AsyncKit.Http;

/// <summary>Checks options that came from a container by the same rules as those that are given to a fetcher.</summary>
internal sealed class FetcherOptionsValidation : IValidateOptions<HttpFetcherOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpFetcherOptions options)
    {
        string[] violations = [.. options.Violations()];
        return violations is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(violations);
    }
}
