namespace AsyncKit.Concurrency;

/// <summary>Work that was given to an event loop.</summary>
/// <param name="name">What it is called in reports.</param>
internal abstract class LoopCall(string name)
{
    public string Name => name;
}
