namespace TestingShowcase;

/// <summary>One thing that the showcase shows.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="File">The name of its file, which has the code.</param>
/// <param name="ShowAsync">Runs it.</param>
internal sealed record Part(string Title, string File, Func<Task<Finding>> ShowAsync)
{
    /// <summary>Runs the part. One that fails is a finding too, so that the others are still shown.</summary>
    public async Task<Finding> RunAsync()
    {
        try
        {
            return await ShowAsync();
        }
        catch (Exception e)
        {
            return new Finding(Holds: false, TimeSpan.Zero, e.ToString().Split('\n'));
        }
    }
}
