using System.Text;
using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Puts into words what a run has come to.</summary>
internal sealed class RunReport(TestRun run)
{
    private const int LastSteps = 12;
    private const int MaxListed = 20;
    private const int StepsOfSchedule = 100;

    public AsyncTestException Deadlock()
    {
        if (run.Detail is not RunDetail.None) run.Scheduler.Turns.LocateBlocked();
        string reason = run.Time.TimerCount > 0
            ? "nothing of it can run, and its timers wait for the test to move the clock (AutoAdvance.Manual)."
            : "nothing of it can run, no timer waits, and nothing came from outside.";
        return Fail(AsyncTestFailure.Deadlock, $"Deadlock: the test has not ended, {reason}");
    }

    public AsyncTestException StepLimit(int maxSteps) =>
        Fail(AsyncTestFailure.StepLimit, $"The test has taken {maxSteps} steps and not ended: does a loop never wait?");

    public AsyncTestException Unhandled(string where, Exception exception) => Fail(
        AsyncTestFailure.Unhandled,
        $"Nobody could catch an exception of {where}: {exception.GetType().Name}: {exception.Message}",
        exception);

    public AsyncTestException InvariantBroken(string message) =>
        Fail(AsyncTestFailure.Invariant, $"After this step it does not hold: {message}");

    public AsyncTestException TooDeep() => Fail(
        AsyncTestFailure.BlockingCall,
        "Too many calls block the thread that the test runs on, one on top of the other (BlockingPolicy.Pump).");

    public AsyncTestException RealDelay(CallSite site) => Fail(
        AsyncTestFailure.RealTime,
        $"Task.Delay was given no clock and waits for real time: pass it a TimeProvider.\n{site}");

    public AsyncTestException Leak(string what) =>
        Fail(AsyncTestFailure.Leak, $"The test has left something behind:\n{what}");

    public void AskToEnd()
    {
        run.Stop(new RealTimeoutException(
            $"The test took longer than its limit of {run.RealTimeout} in real time.\n{DescribeFromOutside()}"));
    }

    /// <summary>The pump does not come back from the code of the test.</summary>
    public AsyncTestException Stuck()
    {
        IReadOnlyList<TestStep> steps = run.Trace.Snapshot();
        string where = steps.Count is 0 ? "its beginning" : steps[^1].ToString();
        return new RealTimeoutException(
            $"""
            The test took longer than its limit of {run.RealTimeout} in real time, and does not return from this step:
              {where}
            It computes for long, or waits in a way that the runtime does not announce, such as Thread.Sleep.
            {DescribeFromOutside()}
            """);
    }

    // While the test goes on, on a thread whose exceptions would end the process.
    private string DescribeFromOutside()
    {
        try
        {
            return Describe();
        }
        catch (Exception e)
        {
            return $"There is no description, since making one failed: {e}";
        }
    }

    public string Describe()
    {
        var text = new StringBuilder($"At virtual time {run.Time.Elapsed}, after {run.Trace.Count} steps.");
        Append(text, "Async methods that wait", PendingMethods.Of(run.Scheduler));
        if (!RuntimeTasks.AreKnown) text.Append("\nThis runtime does not tell which methods wait.");
        Append(text, "Tasks, and what they wait for", DescribeTasks());
        Turns turns = run.Scheduler.Turns;
        Append(text, "Threads that block", turns.Blocked.Select(static by => $"{by.Strand!.Name}:\n{by.Site}"));
        Append(text, "Threads that do not come back", turns.Strays.Select(static thread => thread.Strand!.Name));
        IEnumerable<Step> ready = run.Scheduler.Ready.Take(MaxListed);
        Append(text, "Ready to run", ready.Select(static step => $"{step.Strand.Name}: {step.Name}"));
        Append(text, "Timers", run.Time.Waiting().Take(MaxListed).Select(static timer => $"{timer.Due}: {timer.What}"));
        Append(text, "Background work that has not ended", run.Work.BackgroundLeft);
        int steps = run.Detail is RunDetail.Traced ? StepsOfSchedule : LastSteps;
        bool isWhole = run.Detail is RunDetail.Traced && run.Trace.Count <= steps;
        Append(text, isWhole ? "Steps" : "Last steps", run.Trace.Lines(steps));
        return text.ToString();
    }

    /// <summary>What is noted of the tasks of a run, to be described.</summary>
    public static TaskInspectorOptions Inspected(TestRun run) => new()
    {
        MaxListed = MaxListed,
        Filter = () => TestEnv.CurrentRun == run,
        TasksAreSequential = true,
        TimeProvider = run.Time,
    };

    // None when there is nothing but strands, of which other sections say what they await.
    private string[] DescribeTasks() =>
        run.Tasks is { } tasks && (tasks.WaitCount > 0 || tasks.TaskCount > 1 + run.Work.RunningCount)
            ? [tasks.FormatTree()]
            : [];

    private static void Append(StringBuilder text, string title, IEnumerable<string> lines)
    {
        var isFirst = true;
        foreach (string line in lines)
        {
            if (isFirst) text.Append('\n').Append(title).Append(':');
            isFirst = false;
            text.Append("\n  ").Append(line.Replace("\n", "\n  ", StringComparison.Ordinal));
        }
    }

    private AsyncTestException Fail(AsyncTestFailure failure, string message, Exception? inner = null) =>
        new(failure, run.Detail is RunDetail.Described ? $"{message}\n{Describe()}" : message, inner);
}
