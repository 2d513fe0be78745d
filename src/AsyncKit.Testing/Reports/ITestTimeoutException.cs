namespace AsyncKit.Testing;

/// <summary>By this name xunit v3 recognises an exception as a test that took too long.</summary>
internal interface ITestTimeoutException;
