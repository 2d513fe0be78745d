using System.Diagnostics;

namespace Tour.Tests.Chapters;

/// <summary>A run of the tour, as from a command line.</summary>
/// <param name="Arguments">What it was asked for.</param>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it printed.</param>
internal sealed record TourRun(string Arguments, int ExitCode, string Output)
{
    public static async Task<TourRun> StartAsync(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Tour.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using Process tour = Process.Start(start)!;
        Task<string> output = tour.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = tour.StandardError.ReadToEndAsync(cancellationToken);
        await tour.WaitForExitAsync(cancellationToken);
        return new TourRun(string.Join(' ', arguments), tour.ExitCode, await output + await error);
    }
}
