namespace TestingShowcase;

/// <summary>What a part has seen.</summary>
/// <param name="Holds">Whether it is what the part is to show.</param>
/// <param name="Virtual">How long the test took on its own clock.</param>
/// <param name="Lines">What to print.</param>
internal sealed record Finding(bool Holds, TimeSpan Virtual, IReadOnlyList<string> Lines);
