using TestingShowcase;
using TestingShowcase.Display;
using TestingShowcase.Parts;

// Each part runs a test that AsyncKit.Testing is for, in a file of its own, and says what was seen.
Part[] parts =
[
    new("A day of a background worker", nameof(DayOfAWorker), DayOfAWorker.ShowAsync),
    new("Two locks taken in opposite order", nameof(Deadlock), Deadlock.ShowAsync),
    new("A call that blocks", nameof(BlockingCall), BlockingCall.ShowAsync),
    new("A timer left behind", nameof(Leak), Leak.ShowAsync),
    new("A fetch that tries again", nameof(RetriedFetch), RetriedFetch.ShowAsync),
    new("One order in many, found and mended", nameof(LostPrice), LostPrice.ShowAsync),
];

IDisplay display = Console.IsOutputRedirected ? new PlainDisplay(Console.Out) : new PanelDisplay();
var held = 0;
foreach ((int index, Part part) in parts.Index())
{
    long start = TimeProvider.System.GetTimestamp();
    Finding finding = await part.RunAsync();
    string times = Times(finding.Virtual, TimeProvider.System.GetElapsedTime(start));
    display.Show($"{index + 1}. {part.Title}", $"{times}: Parts/{part.File}.cs", finding);
    if (finding.Holds) held++;
}

display.Close($"{held} of {parts.Length} hold.", isGood: held == parts.Length);
return held == parts.Length ? 0 : 1;

static string Times(TimeSpan onTheClock, TimeSpan real) =>
    $"{Text.Of(onTheClock)} on the test's clock, {Text.InMilliseconds(real)} of yours";
