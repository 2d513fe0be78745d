using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http;

/// <summary>Options in a container: taken from code or configuration, and checked when the host starts.</summary>
internal static class FetcherOptionsRegistration
{
    public static void AddFetcherOptions(
        this IServiceCollection services, string name, Action<HttpFetcherOptions>? configure)
    {
        // Before what the caller configures, which is the last word.
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IConfigureOptions<HttpFetcherOptions>, ContainerDefaults>());
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<HttpFetcherOptions>, FetcherOptionsValidation>());
        OptionsBuilder<HttpFetcherOptions> options =
            services.AddOptions<HttpFetcherOptions>(name).ValidateOnStart();
        if (configure is not null) options.Configure(configure);
    }

    /// <summary>What a section configures; a key that means nothing is a mistake, and so is a section without
    /// any.</summary>
    /// <exception cref="ArgumentException">The section is empty, or is not there.</exception>
    public static Action<HttpFetcherOptions> ToConfigure(this IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (!section.GetChildren().Any())
        {
            throw new ArgumentException(
                $"A configuration section with options was expected, but '{section.Path}' is empty or not there.",
                nameof(section));
        }

        return options => section.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
    }
}
