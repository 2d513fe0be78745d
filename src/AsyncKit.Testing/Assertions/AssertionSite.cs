using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Where an assertion is made, in a test on virtual time or outside of one, and the clock of its
/// limits.</summary>
[DebuggerDisplay("{Subject,nq}, Elapsed = {Elapsed}")]
internal sealed class AssertionSite
{
    private const int LongestSubject = 100;

    private readonly long _start;

    /// <summary>Takes the time of the call.</summary>
    public AssertionSite(TimeProvider? timeProvider, string? expression, string otherwise)
    {
        Run = TestEnv.CurrentRun;
        Clock = timeProvider ?? Env?.Time ?? TimeProvider.System;
        Subject = expression is null ? otherwise : $"'{OnOneLine(expression)}'";
        _start = Clock.GetTimestamp();
    }

    public static TimeSpan DefaultLimit { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The test; <see langword="null"/> outside of one.</summary>
    public TestRun? Run { get; }

    public TestEnv? Env => Run?.Env;

    public TimeProvider Clock { get; }

    /// <summary>What the assertion is about, as its caller wrote it.</summary>
    public string Subject { get; }

    /// <summary>The time since the call.</summary>
    public TimeSpan Elapsed => Clock.GetElapsedTime(_start);

    /// <summary>The time since the call and, in a test, its last step.</summary>
    public string Now
    {
        get
        {
            if (Env?.Trace is not [.., var step]) return $"after {Elapsed}";
            return step.At == Env.Elapsed
                ? $"after {Elapsed}, with step {step}"
                : $"after {Elapsed}, when the clock had moved on from step {step}";
        }
    }

    public TimeSpan Left(TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan) return limit;
        TimeSpan left = limit - Elapsed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Waits until a task has ended, however it did, but not beyond a limit.</summary>
    /// <returns>Whether it has ended.</returns>
    public async Task<bool> EndsAsync(Task task, TimeSpan limit)
    {
        if (task.IsCompleted) return true;
        await task.WaitAsync(limit, Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // On virtual time much may happen at one moment, and all of it at the moment of the limit is in time.
        if (!task.IsCompleted && Env is not null) await Env.IdleAsync().ConfigureAwait(false);
        return task.IsCompleted;
    }

    /// <summary>Waits until a condition is met, but not beyond a limit. In a test it is looked at after each step and
    /// each move of the clock, outside of one from time to time.</summary>
    /// <returns>Whether it was met.</returns>
    public Task<bool> MeetsAsync(Func<bool> isMet, TimeSpan limit) =>
        Env is null ? PollAsync(isMet, limit) : WatchAsync(Env, isMet, limit);

    public AsyncTestException Failure(string message, Exception? cause = null)
    {
        string because = cause is null ? "" : $"\n{cause.GetType().Name}: {cause.Message}";
        string state = Env is null ? "" : $"\n{Env.Describe()}";
        return new AsyncTestException(AsyncTestFailure.Assertion, message + because + state, cause);
    }

    private async Task<bool> WatchAsync(TestEnv env, Func<bool> isMet, TimeSpan limit)
    {
        if (isMet()) return true;
        var look = new StepLook(isMet);
        bool isDone = await EndsAsync(env.Watches.WhenAsync(look.IsDone), limit).ConfigureAwait(false);
        look.Stop();
        return isDone;
    }

    private async Task<bool> PollAsync(Func<bool> isMet, TimeSpan limit)
    {
        var pace = new LookPace(this);
        long start = Clock.GetTimestamp();
        while (!isMet())
        {
            TimeSpan passed = Clock.GetElapsedTime(start);
            if (limit != Timeout.InfiniteTimeSpan && passed >= limit) return false;
            await pace.DelayAsync(limit == Timeout.InfiniteTimeSpan ? limit : limit - passed).ConfigureAwait(false);
        }

        return true;
    }

    private static string OnOneLine(string expression)
    {
        string line = string.Join(' ', expression.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestSubject ? line : $"{line[..LongestSubject]}...";
    }
}
