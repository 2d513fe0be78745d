namespace Synchronization;

/// <summary>What a story has seen.</summary>
/// <param name="Lines">What happened.</param>
/// <param name="Checks">What was verified.</param>
internal sealed record Finding(IReadOnlyList<string> Lines, IReadOnlyList<Check> Checks)
{
    public bool Holds => Checks.All(check => check.Holds);
}
