namespace AsyncKit.Testing;

/// <summary>What happens to a call that blocks its thread: <c>Wait</c>, <c>Result</c>, a contended lock,
/// <c>Join</c>.</summary>
/// <remarks>
/// Seen are the waits that the runtime announces: of tasks, locks, events, semaphores, and threads. Not seen are
/// <c>Thread.Sleep</c>, spinning, and blocking calls of the operating system such as a synchronous read.
/// </remarks>
public enum BlockingPolicy
{
    /// <summary>
    /// On the thread that the test runs on, it fails with the place of the call: nothing else of the test could run
    /// meanwhile. On other threads, such as those of <c>Task.Run</c>, it waits while the test goes on. The default.
    /// </summary>
    FailOnTestThread,

    /// <summary>It fails wherever it is.</summary>
    Fail,

    /// <summary>
    /// It waits, and the test goes on meanwhile, on the test's thread too: for code that must block, under test.
    /// </summary>
    Pump,

    /// <summary>It really blocks. A call that waits for the test itself then lasts until the real-time limit.</summary>
    Ignore,
}
