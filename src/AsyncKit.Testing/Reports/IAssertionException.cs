namespace AsyncKit.Testing;

/// <summary>By this name xunit v3 recognises an exception as a failed assertion.</summary>
internal interface IAssertionException;
