using System.Globalization;
using System.Text;
using Synchronization;
using Synchronization.Stories;

// Each story has a file of its own, and says what happened and what was verified.
Story[] stories =
[
    new("A bank: transfers in both directions", nameof(Bank), Bank.ShowAsync),
    new("A cache: many readers, one who refreshes, one who clears", nameof(PriceCache), PriceCache.ShowAsync),
    new("Three stages that meet after each phase", nameof(Smoothing), Smoothing.ShowAsync),
    new("Orders that come at once, handled at a steady pace", nameof(Pace), Pace.ShowAsync),
];

// The same everywhere, whatever the language of the machine.
Console.OutputEncoding = Encoding.UTF8;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var held = 0;
foreach ((int index, Story story) in stories.Index())
{
    long start = TimeProvider.System.GetTimestamp();
    Finding finding = await story.RunAsync();
    TimeSpan time = TimeProvider.System.GetElapsedTime(start);
    Console.WriteLine($"{index + 1}. {story.Title}");
    Console.WriteLine($"   {time.TotalMilliseconds:N0} ms: Stories/{story.File}.cs");
    foreach (string line in finding.Lines) Console.WriteLine($"   {line}");
    foreach (Check check in finding.Checks) Console.WriteLine($"   {(check.Holds ? "✓" : "✗ NOT SO:")} {check.Claim}");
    Console.WriteLine();
    if (finding.Holds) held++;
}

Console.WriteLine($"{held} of {stories.Length} hold.");
return held == stories.Length ? 0 : 1;
