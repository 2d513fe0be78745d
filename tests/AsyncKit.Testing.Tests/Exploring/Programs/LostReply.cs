namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A message is sent until it is confirmed; when the confirmation is lost, it is there twice.</summary>
internal static class LostReply
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static inbox => inbox.Add("hello"));

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static inbox =>
    {
        if (!inbox.Contains("hello")) inbox.Add("hello");
    });

    private static async Task RunAsync(TestEnv env, Action<List<string>> receive)
    {
        List<string> inbox = [];
        for (var attempt = 0; attempt < 3; attempt++)
        {
            await Task.Yield();
            receive(inbox);
            bool isReplyLost = env.Maybe(0.1);
            if (!isReplyLost) break;
            await env.DelayAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Single(inbox);
    }
}
