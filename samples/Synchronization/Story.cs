using AsyncKit.Timing;

namespace Synchronization;

/// <summary>One thing that the sample shows.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="File">The name of its file, which has the code.</param>
/// <param name="ShowAsync">Runs it.</param>
internal sealed record Story(string Title, string File, Func<CancellationToken, Task<Finding>> ShowAsync)
{
    // Each takes a fraction of a second. One that stands still is to say so, and not to keep its reader waiting.
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    /// <summary>Runs the story. One that fails is a finding too, so that the others are still shown.</summary>
    public async Task<Finding> RunAsync()
    {
        try
        {
            return await Timeouts.RunAsync(ShowAsync, _limit);
        }
        catch (Exception e)
        {
            return new Finding(e.ToString().Split('\n'), [new Check("It comes to its end.", Holds: false)]);
        }
    }
}
