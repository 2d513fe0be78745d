using System.Globalization;
using System.Text;
using AsyncKit.Errors;
using AsyncKit.Timing;
using Concurrency.Stories;

// Each story has a file of its own. It says what happened, and throws when that is not what it is to show.
(string Title, Func<CancellationToken, Task<string[]>> TellAsync)[] stories =
[
    ("A dashboard that survives a dead service and a slow one (Stories/Dashboard.cs)", Dashboard.TellAsync),
    ("A site that is read by workers until nothing is left of it (Stories/SiteReader.cs)", SiteReader.TellAsync),
    ("Requests that are sent again when they take long (Stories/HedgedRequests.cs)", HedgedRequests.TellAsync),
];

// The same everywhere, whatever the language of the machine.
Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var told = 0;
foreach ((int index, (string title, Func<CancellationToken, Task<string[]>> tellAsync)) in stories.Index())
{
    Console.WriteLine($"{index + 1}. {title}");
    Settled<string[]> end = await Timeouts.TryRunAsync(tellAsync, TimeSpan.FromSeconds(20));
    if (end.TryGetValue(out string[]? lines)) told++;
    foreach (string line in lines ?? [$"NOT SO: {end.Exception}"]) Console.WriteLine($"   {line}");
    Console.WriteLine();
}

return told == stories.Length ? 0 : 1;
