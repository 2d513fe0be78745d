using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http;

/// <summary>Puts fetchers into a container: one for all, or several with names.</summary>
/// <remarks>
/// The container makes a fetcher when it is first asked for, and disposes of it. Loggers, meters and the clock
/// (<see cref="TimeProvider"/>) are the container's, where it has them and the options name no others. Options are
/// checked when the host starts. To be called while the container is set up; not thread-safe.
/// </remarks>
public static class HttpFetcherServiceCollectionExtensions
{
    /// <summary>Adds the fetcher of the application, as a singleton. Called again, it goes on configuring the
    /// same.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddHttpFetcher(
        this IServiceCollection services, Action<HttpFetcherOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddFetcherOptions(Options.DefaultName, configure);
        services.TryAddSingleton(static provider => Make(provider, Options.DefaultName));
        return services;
    }

    /// <summary>Adds the fetcher of the application, with the options of a configuration section.</summary>
    /// <remarks>
    /// The keys are the names of the options, as those of <c>HttpStandardResilienceOptions</c>:
    /// <c>Retry:MaxRetryAttempts</c>. A key that is no option is refused when the host starts. The section is read when
    /// the fetcher is made, and later changes have no effect.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="section"/> is empty.</exception>
    public static IServiceCollection AddHttpFetcher(this IServiceCollection services, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddHttpFetcher(section.ToConfigure());
    }

    /// <summary>
    /// Adds a fetcher with a name, as a keyed singleton: <c>[FromKeyedServices("name")] HttpFetcher</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name: the key.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="services"/> or <paramref name="name"/> is <see langword="null"/>.
    /// </exception>
    public static IServiceCollection AddHttpFetcher(
        this IServiceCollection services, string name, Action<HttpFetcherOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        services.AddFetcherOptions(name, configure);
        services.TryAddKeyedSingleton(name, static (provider, key) => Make(provider, (string)key!));
        return services;
    }

    /// <summary>Adds a fetcher with a name, with the options of a configuration section.</summary>
    /// <inheritdoc cref="AddHttpFetcher(IServiceCollection, IConfigurationSection)"/>
    /// <param name="services">The services.</param>
    /// <param name="name">The name: the key.</param>
    /// <param name="section">The section.</param>
    public static IServiceCollection AddHttpFetcher(
        this IServiceCollection services, string name, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        return services.AddHttpFetcher(name, section.ToConfigure());
    }

    private static HttpFetcher Make(IServiceProvider provider, string name) =>
        new(provider.GetRequiredService<IOptionsMonitor<HttpFetcherOptions>>().Get(name));
}
