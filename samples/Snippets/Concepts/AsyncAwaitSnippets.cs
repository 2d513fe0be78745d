using AsyncKit.Testing;

namespace AsyncKit.Snippets.Concepts;

public class AsyncAwaitSnippets
{
    [Fact]
    public async Task WorkStartedBeforeItIsAwaited_TakesAsLongAsTheSlowest()
    {
        var time = new ManualTimeProvider();

        async Task<string> LoadAsync(string part, int seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), time);
            return part;
        }

        #region async-await
        async Task<string> LoadPageAsync()
        {
            Task<string> header = LoadAsync("header", seconds: 1); // started
            Task<string> body = LoadAsync("body", seconds: 3);     // started, beside the first
            string[] parts = await Task.WhenAll(header, body);     // three seconds, not four
            return string.Concat(parts);
        }
        #endregion

        Task<string> page = LoadPageAsync();
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("headerbody", await page);
        Assert.Equal(TimeSpan.FromSeconds(3), time.GetUtcNow() - time.Start);
    }
}
