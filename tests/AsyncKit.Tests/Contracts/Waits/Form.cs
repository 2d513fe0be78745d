namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>The forms that each wait has.</summary>
internal enum Form
{
    /// <summary>Without a time limit.</summary>
    Plain,

    /// <summary>With a time limit, after which it throws.</summary>
    Limited,

    /// <summary>With a time limit, after which it says that nothing was granted.</summary>
    Trying,
}
