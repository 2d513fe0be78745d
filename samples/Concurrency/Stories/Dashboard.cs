using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Timing;

namespace Concurrency.Stories;

/// <summary>Asks several services at once, and shows what there is.</summary>
internal static class Dashboard
{
    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        var panels = new ConcurrentDictionary<string, string>();
        var options = new TaskGroupOptions
        {
            Name = "dashboard",
            Policy = TaskGroupPolicy.Supervise,
            OnChildFault = (fault, service) => panels[service!] = $"not available: {fault.Message}",
        };

        await TaskGroup.RunAsync(group =>
        {
            Show(group, "news", milliseconds: 20, "Nothing happened today.");
            Show(group, "weather", milliseconds: 10, text: null);
            Show(group, "traffic", milliseconds: 60_000, "All roads are free.");
            Show(group, "prices", milliseconds: 30, "Apples are 1.20.");
            return ValueTask.CompletedTask;
        }, options, cancellationToken);

        Story.Requires(panels.Count is 4, "Every service has its panel.");
        Story.Requires(panels["news"] is "Nothing happened today.", "A service that works is shown.");
        Story.Requires(panels["weather"] is "not available: no answer", "A dead one is named.");
        return [.. panels.OrderBy(panel => panel.Key).Select(panel => $"{panel.Key,-8} {panel.Value}")];

        // A slow service is given up after a while; a dead one goes to the supervisor. Neither takes the others along.
        void Show(TaskGroup group, string service, int milliseconds, string? text) => _ = group.Run(async token =>
        {
            Settled<string> answer = await Timeouts.TryRunAsync(
                stop => AskAsync(milliseconds, text, stop), TimeSpan.FromMilliseconds(200), token);
            if (answer.Exception is TimeoutException) panels[service] = "takes too long today";
            else panels[service] = answer.Value;
        }, service);
    }

    private static async ValueTask<string> AskAsync(int milliseconds, string? text, CancellationToken cancellationToken)
    {
        await Story.LatencyAsync(milliseconds, cancellationToken);
        return text ?? throw new IOException("no answer");
    }
}
