namespace AsyncKit.Testing;

/// <summary>A test took too long in real time.</summary>
internal sealed class RealTimeoutException(string message)
    : AsyncTestException(AsyncTestFailure.RealTimeout, message), ITestTimeoutException;
