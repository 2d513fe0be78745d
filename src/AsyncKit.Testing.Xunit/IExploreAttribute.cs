namespace AsyncKit.Testing;

/// <summary>What the attributes that explore have more than the others.</summary>
internal interface IExploreAttribute : IAsyncTestAttribute
{
    int Schedules { get; }

    int BudgetMilliseconds { get; }

    ulong Seed { get; }

    bool EarlyTimers { get; }

    bool PostedCompletions { get; }

    string[] Tokens { get; }

    static ExploreOptions OptionsOf(IExploreAttribute attribute) => (ExploreOptions)Set(
        new ExploreOptions
        {
            Schedules = attribute.Schedules,
            Budget = TimeSpan.FromMilliseconds(attribute.BudgetMilliseconds),
            Seed = attribute.Seed,
            EarlyTimers = attribute.EarlyTimers,
            PostedCompletions = attribute.PostedCompletions,
            Tokens = attribute.Tokens,
        },
        attribute);
}
