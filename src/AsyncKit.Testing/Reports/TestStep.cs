namespace AsyncKit.Testing;

/// <summary>A step of a test, as <see cref="TestEnv.Trace"/> records it: the code from one wait to the next.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="At">The virtual time at which it ran, from the start of the test.</param>
/// <param name="Strand">The strand it belongs to: <c>test</c>, or the name given to
/// <see cref="TestEnv.Start"/>.</param>
/// <param name="What">What ran: most often the name of an async method.</param>
public readonly record struct TestStep(int Number, TimeSpan At, string Strand, string What)
{
    /// <summary>The step on one line.</summary>
    /// <returns>For example <c>7 00:00:02 test: SendAsync</c>.</returns>
    public override string ToString() => $"{Number} {At} {Strand}: {What}";
}
