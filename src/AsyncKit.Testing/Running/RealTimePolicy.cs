namespace AsyncKit.Testing;

/// <summary>What happens to a <c>Task.Delay</c> that was given no clock and so waits for real time.</summary>
public enum RealTimePolicy
{
    /// <summary>Reports of failures name it. The default.</summary>
    Report,

    /// <summary>The test fails, with the place of the call. Finding it slows all the tests of the process.</summary>
    Fail,
}
