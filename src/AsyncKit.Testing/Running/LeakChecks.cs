namespace AsyncKit.Testing;

/// <summary>What a test must not leave behind when it ends.</summary>
[Flags]
public enum LeakChecks
{
    /// <summary>Nothing is checked.</summary>
    None = 0,

    /// <summary>Work given to <see cref="TestEnv.Start"/> that has not ended, or whose fault nobody has looked
    /// at.</summary>
    Work = 1,

    /// <summary>Timers that still wait: a delay nobody cancelled, a periodic timer nobody disposed of.</summary>
    Timers = 2,

    /// <summary>Async void methods that have not ended.</summary>
    AsyncVoid = 4,

    /// <summary>Threads in a blocking wait.</summary>
    BlockedThreads = 8,

    /// <summary>Async methods of the test that have not ended.</summary>
    PendingMethods = 16,

    /// <summary>
    /// Tasks that faulted and whose exception nobody looked at. Finding them takes two garbage collections, some
    /// milliseconds for each test that throws; for the schedules of an exploration only the younger generations are
    /// collected, in which a run leaves what it leaves.
    /// </summary>
    UnobservedExceptions = 32,

    /// <summary>Work, timers, async void methods and blocked threads.</summary>
    Default = Work | Timers | AsyncVoid | BlockedThreads,

    /// <summary>Everything.</summary>
    All = Default | PendingMethods | UnobservedExceptions,
}
