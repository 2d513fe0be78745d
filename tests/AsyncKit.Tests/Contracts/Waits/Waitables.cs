namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>All adapters: whoever adds one to this project has it held to all laws.</summary>
internal static class Waitables
{
    private const string Suffix = nameof(Waitable);

    private static readonly Dictionary<string, Type> _types = typeof(Waitables).Assembly.GetTypes()
        .Where(static type => type.IsSubclassOf(typeof(Waitable)) && !type.IsAbstract)
        .ToDictionary(static type => type.Name[..^Suffix.Length], StringComparer.Ordinal);

    public static IEnumerable<string> Names => _types.Keys.Order(StringComparer.Ordinal);

    public static Waitable Create(string name, TimeProvider? clock = null) =>
        (Waitable)Activator.CreateInstance(_types[name], clock)!;

    /// <summary>One that others have to wait for.</summary>
    public static Waitable CreateTaken(string name, TimeProvider? clock = null)
    {
        Waitable waitable = Create(name, clock);
        if (waitable.Has(Traits.StartsFree)) waitable.Occupy();
        return waitable;
    }
}
