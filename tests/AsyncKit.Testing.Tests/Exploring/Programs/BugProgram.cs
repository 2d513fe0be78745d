namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A small program with a bug that depends on the schedule, and its twin without the bug.</summary>
/// <param name="BuggyAsync">The one with the bug.</param>
/// <param name="CorrectAsync">The one without.</param>
internal sealed record BugProgram(Func<TestEnv, Task> BuggyAsync, Func<TestEnv, Task> CorrectAsync)
{
    /// <summary>Whether the plain order of a run without exploration meets the bug.</summary>
    public bool FailsInOrder { get; init; }

    /// <summary>How many schedules the correct twin is to pass.</summary>
    public int Schedules { get; init; } = 1_000;

    public static IReadOnlyDictionary<string, BugProgram> All { get; } =
        new Dictionary<string, BugProgram>(StringComparer.Ordinal)
        {
            ["bounded buffer, one condition queue"] =
                new(OneConditionQueue.BuggyAsync, OneConditionQueue.CorrectAsync),
            ["cache stampede"] = new(CacheStampede.BuggyAsync, CacheStampede.CorrectAsync),
            ["dispose in use"] = new(DisposeInUse.BuggyAsync, DisposeInUse.CorrectAsync),
            ["double spend"] = new(DoubleSpend.BuggyAsync, DoubleSpend.CorrectAsync),
            ["five alternations"] = new(FiveAlternations.BuggyAsync, FiveAlternations.CorrectAsync),
            ["late worker of eight"] = new(LateWorker.BuggyAsync, LateWorker.CorrectAsync),
            ["leaked permit"] = new(LeakedPermit.BuggyAsync, LeakedPermit.CorrectAsync),
            ["lost reply"] = new(LostReply.BuggyAsync, LostReply.CorrectAsync),
            ["lost update"] = new(LostUpdate.BuggyAsync, LostUpdate.CorrectAsync),
            ["lost wake-up in an event"] = new(LostWakeUpInEvent.BuggyAsync, LostWakeUpInEvent.CorrectAsync),
            ["lost wake-up in a lock"] = new(LostWakeUpInLock.BuggyAsync, LostWakeUpInLock.CorrectAsync),
            ["opposite-order locks"] = new(OppositeOrderLocks.BuggyAsync, OppositeOrderLocks.CorrectAsync),

            // A thread that waits for a lock is given real time to get it, in case somebody outside the test holds it.
            ["opposite-order monitors"] =
                new(OppositeOrderMonitors.BuggyAsync, OppositeOrderMonitors.CorrectAsync) { Schedules = 200 },
            ["philosophers, 3"] =
                new(DiningPhilosophers.ThreeBuggyAsync, DiningPhilosophers.ThreeCorrectAsync) { FailsInOrder = true },
            ["philosophers, 5"] =
                new(DiningPhilosophers.FiveBuggyAsync, DiningPhilosophers.FiveCorrectAsync) { FailsInOrder = true },
            ["short read"] = new(ShortRead.BuggyAsync, ShortRead.CorrectAsync),
            ["subscribe after the event"] =
                new(SubscribeAfterTheEvent.BuggyAsync, SubscribeAfterTheEvent.CorrectAsync),
            ["timeout beats completion"] =
                new(TimeoutBeatsCompletion.BuggyAsync, TimeoutBeatsCompletion.CorrectAsync),
        };
}
