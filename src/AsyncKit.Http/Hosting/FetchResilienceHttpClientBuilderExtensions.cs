using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace AsyncKit.Http;

/// <summary>Gives clients of an <see cref="IHttpClientFactory"/> a <see cref="FetchResilienceHandler"/>.</summary>
/// <remarks>
/// <para>The handlers of a client are made anew every two minutes; its circuit breakers, budgets and permits live as
/// long as the container. Each client has its own.</para>
/// <para><see cref="HttpClient.Timeout"/> is set to infinite, as Microsoft.Extensions.Http.Resilience does: it would
/// cut all attempts together, without a word about them. The limits are
/// <see cref="HttpFetcherOptions.TotalRequestTimeout"/> and <see cref="HttpFetcherOptions.AttemptTimeout"/>.</para>
/// <para>A client has one such handler, at the place where it was first added: called again, it goes on configuring the
/// same options. When a client is configured by <c>ConfigureHttpClientDefaults</c> and by its own name, those of its
/// name hold alone. Beside a handler of Microsoft.Extensions.Http.Resilience, which would retry what was retried
/// already, a warning is logged. To be called while the container is set up; not thread-safe.</para>
/// </remarks>
public static class FetchResilienceHttpClientBuilderExtensions
{
    /// <summary>Adds the handler.</summary>
    /// <param name="builder">The client, or the defaults of all clients.</param>
    /// <param name="configure">Sets the options, which are checked when the host starts.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static IHttpClientBuilder AddFetchResilience(
        this IHttpClientBuilder builder, Action<HttpFetcherOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string options = ClientStates.OptionsName(builder.Name);
        IServiceCollection services = builder.Services;
        services.AddFetcherOptions(options, configure);
        services.TryAddSingleton<ClientStates>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, StackedRetries>());
        services.Configure<HttpClientFactoryOptions>(
            builder.Name, factory => factory.HttpMessageHandlerBuilderActions.Add(handlers => Put(handlers, options)));
        return builder.ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan);
    }

    /// <summary>Adds the handler, with the options of a configuration section.</summary>
    /// <remarks>
    /// The keys are the names of the options, as those of <c>HttpStandardResilienceOptions</c>:
    /// <c>Retry:MaxRetryAttempts</c>. A key that is no option is refused when the host starts. The section is read when
    /// the client is first made, and later changes have no effect.
    /// </remarks>
    /// <param name="builder">The client, or the defaults of all clients.</param>
    /// <param name="section">The section.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="section"/> is empty.</exception>
    public static IHttpClientBuilder AddFetchResilience(this IHttpClientBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddFetchResilience(section.ToConfigure());
    }

    private static void Put(HttpMessageHandlerBuilder client, string optionsName)
    {
        ResilienceState state =
            client.Services.GetRequiredService<ClientStates>().Of(client.Name ?? "", optionsName);
        var handler = new FetchResilienceHandler(state, ownsState: false);
        IList<DelegatingHandler> handlers = client.AdditionalHandlers;
        for (var i = 0; i < handlers.Count; i++)
        {
            if (handlers[i] is not FetchResilienceHandler) continue;
            handlers[i] = handler;
            return;
        }

        handlers.Add(handler);
    }
}
