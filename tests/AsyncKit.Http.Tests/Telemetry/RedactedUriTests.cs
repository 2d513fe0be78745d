using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Telemetry;

public sealed class RedactedUriTests : FetcherFixture
{
    private const string Host = "secretive.test";
    private static readonly string[] _secrets = ["alice", "hunter2", "token=", "s3cr3t"];

    public static TheoryData<string> Stories =>
        ["status", "transport", "redirect", "retry", "pause", "success", "scheme"];

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task Pitfall18_NeitherUserNorQuery_IsToldAnywhere(string story)
    {
        using var meters = new CollectingMeters();
        using var spans = new CollectingSpans(Host);
        var logs = new CollectingLogs();
        (Options.MeterFactory, Options.LoggerFactory) = (meters, logs);
        var uri = new Uri($"https://alice:hunter2@{Host}/path?token=s3cr3t#token=");
        Script(story);

        Uri asked = story is "scheme" ? new UriBuilder(uri) { Scheme = "ftp" }.Uri : uri;

        Exception? failure = await Record.ExceptionAsync(() => FinishAsync(Fetcher.GetAsync(asked, TestToken)));

        Assert.Equal(story is "success" or "retry", failure is null);
        string told = string.Join('\n',
            [
                failure?.ToString(),
                (failure as FetchException)?.RedactedUri,
                .. (failure as FetchException)?.Attempts.Select(attempt => attempt.ToString()) ?? [],
                .. logs.Lines,
                .. meters.All.Concat(meters.Ask("")).Select(measured => measured.ToString()),
                .. spans.Ended.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Key}={tag.Value}"),
                .. spans.Ended.SelectMany(span => span.Events).SelectMany(attempt => attempt.Tags)
                    .Select(tag => $"{tag.Key}={tag.Value}"),
                .. spans.Ended.Select(span => $"{span.DisplayName} {span.StatusDescription}"),
                Fetcher.GetSnapshot().Hosts.Select(host => host.ToString()).FirstOrDefault(),
            ]);
        Assert.All(_secrets, secret => Assert.DoesNotContain(secret, told, StringComparison.OrdinalIgnoreCase));
        if (story is not "scheme") Assert.Contains(Host, told, StringComparison.Ordinal);
    }

    private void Script(string story)
    {
        var rule = Stub.OnAny();
        switch (story)
        {
            case "status": rule.Reply(HttpStatusCode.NotFound); break;
            case "transport": rule.Throw(new IOException("broken")).Forever(); break;
            case "redirect": rule.Reply(_ => Moved($"http://alice:hunter2@{Host}/?token=s3cr3t")); break;
            case "retry": rule.Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK); break;
            case "pause": rule.Reply(HttpStatusCode.TooManyRequests).Forever(); break;
            default: rule.Reply(HttpStatusCode.OK); break;
        }
    }

    private static HttpResponseMessage Moved(string target) =>
        new(HttpStatusCode.Found) { Headers = { Location = new Uri(target) } };
}
