using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;
using AsyncKit.Errors;
using AsyncKit.Timing;
using Files.Stories;

// Each story has a file of its own. It says what happened, and throws when that is not what it is to show.
(string Title, Func<CancellationToken, Task<string[]>> TellAsync)[] stories =
[
    ("A large log, and how many requests ended how (Stories/LogAnalyser.cs)", LogAnalyser.TellAsync),
    ("Orders as JSON Lines, one of them torn (Stories/OrderFile.cs)", OrderFile.TellAsync),
    ("Settings that are read while they are replaced (Stories/SettingsFile.cs)", SettingsFile.TellAsync),
    ("A tail through rotations (Stories/Tail.cs)", Tail.TellAsync),
    ("Events that are on the disk before anybody acts on them (Stories/EventLog.cs)", EventLog.TellAsync),
];

// The same everywhere, whatever the language of the machine.
Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// Who presses Ctrl+C does not get large files left behind.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stop.Cancel();
};

if (Assembly.GetExecutingAssembly().GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
    Console.WriteLine(
        "Built for debugging: the figures of speed are those of `dotnet run -c Release`, and not these.\n");

var told = 0;
foreach ((int index, (string title, Func<CancellationToken, Task<string[]>> tellAsync)) in stories.Index())
{
    Console.WriteLine($"{index + 1}. {title}");
    Settled<string[]> end = await Timeouts.TryRunAsync(tellAsync, TimeSpan.FromSeconds(20), stop.Token);
    if (end.TryGetValue(out string[]? lines)) told++;
    foreach (string line in lines ?? [$"NOT SO: {end.Exception}"]) Console.WriteLine($"   {line}");
    Console.WriteLine();
}

return told == stories.Length ? 0 : 1;
