namespace AsyncKit.Tests.Conventions;

/// <summary>
/// A wrong argument is refused at the call, by name: null where the type says that it is never null, a time that is
/// negative without being the infinite one, a number that is hopelessly negative.
/// </summary>
/// <remarks>Constructors and methods are called; what a property accepts is for the tests of its type.</remarks>
public class ArgumentCheckTests
{
    public static TheoryData<string> Packages => new(Repository.Packages);

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task WrongArgument_IsRefusedAtTheCallByName(string package)
    {
        List<string> violations = [];
        foreach (WrongArgument wrong in WrongArgument.AllOf(PackageAssembly.Load(package)))
        {
            if (await wrong.PassAsync() is { } violation) violations.Add($"{wrong.Place}: {violation}");
        }

        Rule.Holds(
            "a wrong argument is refused at the call, by name",
            violations,
            "check first thing in a method that is neither async nor an iterator (ArgumentNullException.ThrowIfNull, "
                + "ArgumentOutOfRangeException.ThrowIf...), and call the async core after that");
    }
}
