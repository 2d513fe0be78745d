namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Stands in for the handler of the other package, which is known by its name alone.</summary>
internal sealed class ResilienceHandler : DelegatingHandler;
