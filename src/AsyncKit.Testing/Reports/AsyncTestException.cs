namespace AsyncKit.Testing;

/// <summary>A test failed: by an assertion of this package, or by what its run found out.</summary>
/// <remarks>xunit v3 takes it for an assertion failure, or for a timeout where it is one: it knows both by the names
/// of interfaces.</remarks>
public class AsyncTestException : Exception, IAssertionException
{
    internal AsyncTestException(AsyncTestFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why the test failed.</summary>
    public AsyncTestFailure Failure { get; }

    /// <summary>The schedule under which an explored test failed, for <c>AsyncTest.ReplayAsync</c>;
    /// <see langword="null"/>: the test was not explored.</summary>
    public string? Token { get; internal init; }
}
