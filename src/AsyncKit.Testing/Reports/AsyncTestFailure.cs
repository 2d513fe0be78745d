namespace AsyncKit.Testing;

/// <summary>Why a test in a <see cref="TestEnv"/> failed, when it was not by an exception of its own.</summary>
public enum AsyncTestFailure
{
    /// <summary>An assertion of <c>AsyncAssert</c> or of a double did not hold.</summary>
    Assertion,

    /// <summary>The test has not ended, and nothing is left that could ever run.</summary>
    Deadlock,

    /// <summary>Code blocked a thread where the <see cref="BlockingPolicy"/> forbids it.</summary>
    BlockingCall,

    /// <summary>An exception that nobody could catch: of an async void method, a posted callback, a timer's callback,
    /// or background work.</summary>
    Unhandled,

    /// <summary>The test has ended and left something behind: see <see cref="LeakChecks"/>.</summary>
    Leak,

    /// <summary>An invariant given to <see cref="TestEnv.Always"/> did not hold after a step.</summary>
    Invariant,

    /// <summary>More than <see cref="AsyncTestOptions.MaxSteps"/> steps ran: most often a loop that never
    /// waits.</summary>
    StepLimit,

    /// <summary>The test took longer than <see cref="AsyncTestOptions.RealTimeout"/>, in real time.</summary>
    RealTimeout,

    /// <summary>Code waited for real time where the <see cref="RealTimePolicy"/> forbids it.</summary>
    RealTime,

    /// <summary>The body of an explored test threw: see <see cref="Exception.InnerException"/>.</summary>
    Thrown,

    /// <summary>The test did something else when it was run again with the same choices: something in it is not under
    /// control, or a token is of another test.</summary>
    Diverged,
}
