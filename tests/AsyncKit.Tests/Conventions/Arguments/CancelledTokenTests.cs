namespace AsyncKit.Tests.Conventions;

/// <summary>A token that was cancelled before the call gives a cancelled task; the call does not throw.</summary>
public class CancelledTokenTests
{
    // What else a method does with such a token, and why.
    private static readonly Dictionary<string, string> _exempt = new(StringComparer.Ordinal)
    {
        ["Settled.CaptureAsync"] = "leaves the cancellation to the work, and reports it as a value",
        ["Timeouts.TryRunAsync"] = "reports the cancellation as a value",
    };

    public static TheoryData<string> Packages => new(Repository.Packages);

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task CancelledToken_GivesACancelledTask(string package)
    {
        List<string> violations = [];
        foreach (CancelledCall call in CancelledCall.AllOf(PackageAssembly.Load(package)))
        {
            if (_exempt.ContainsKey(call.Name)) continue;
            if (await call.MakeAsync() is { } violation) violations.Add($"{call.Place}: {violation}");
        }

        Rule.Holds(
            "a method that is called with a cancelled token returns a task that is cancelled",
            violations,
            "ask the token first thing in the async core, or return Task.FromCanceled; when it has to be otherwise, "
                + "say why in the list of CancelledTokenTests");
    }

    [Fact]
    public void Exemptions_AreOfMethodsThatAreThere()
    {
        HashSet<string> names = Repository.Packages
            .SelectMany(package => CancelledCall.AllOf(PackageAssembly.Load(package)))
            .Select(call => call.Name)
            .ToHashSet(StringComparer.Ordinal);
        Rule.Holds(
            "every exemption of CancelledTokenTests is of a method that takes a token and returns a task",
            from exempt in _exempt
            where !names.Contains(exempt.Key)
            select $"{exempt.Key}: {exempt.Value}",
            "take the exemption out");
    }
}
