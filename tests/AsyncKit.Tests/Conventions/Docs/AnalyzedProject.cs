using System.Diagnostics;

namespace AsyncKit.Tests.Conventions;

/// <summary>A project in a folder of its own, to which nothing of the repository applies. It is deleted in the
/// end.</summary>
internal sealed class AnalyzedProject : IDisposable
{
    private const string Nothing = "<Project />";

    // Of all that the analyzers say by themselves, nothing is of interest.
    private const string Silence = "root = true\n[*.cs]\ndotnet_analyzer_diagnostic.severity = none\n";

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    // Below artifacts, so that the SDK is that of the repository.
    private readonly string _folder = Path.Combine(AppContext.BaseDirectory, nameof(AnalyzedProject));

    /// <summary>Creates the project.</summary>
    /// <param name="references">An item group for the project file.</param>
    /// <param name="severities">What its .editorconfig says; no other rule of an analyzer is on.</param>
    public AnalyzedProject(string references, string severities)
    {
        // A run that was killed has left its own.
        Dispose();
        Directory.CreateDirectory(_folder);
        Write("Directory.Build.props", Nothing);
        Write("Directory.Build.targets", Nothing);
        Write("Directory.Packages.props", Nothing);
        Write(".editorconfig", Silence + severities);
        Write(
            "Analyzed.csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <!-- The packages are here already, and an audit would ask the feed. -->
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
            {references}
            </Project>
            """);
    }

    /// <summary>Writes a file of the project.</summary>
    public void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    /// <summary>Builds the project, and fails when that fails.</summary>
    /// <returns>What the build printed.</returns>
    public async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        // Servers would outlive the build, and hold its output open.
        string[] arguments =
            ["build", "-v:quiet", "-tl:off", "-clp:NoSummary", "-nodeReuse:false", "-p:UseSharedCompilation=false"];
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process build = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_limit);
        await using CancellationTokenRegistration end = limit.Token.Register(() => build.Kill(entireProcessTree: true));
        Task<string> error = build.StandardError.ReadToEndAsync(cancellationToken);
        string printed = await build.StandardOutput.ReadToEndAsync(cancellationToken) + await error;
        await build.WaitForExitAsync(cancellationToken);
        if (build.ExitCode is 0) return printed;
        string how = limit.IsCancellationRequested ? $"did not end in {_limit}" : $"ended with {build.ExitCode}";
        Assert.Fail($"The build {how}. It printed:\n{printed}");
        return printed;
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
