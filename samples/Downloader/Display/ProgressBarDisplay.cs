using AsyncKit.Http;
using Spectre.Console;

namespace Downloader.Display;

/// <summary>A progress bar that redraws itself, for terminals.</summary>
internal sealed class ProgressBarDisplay : IDownloadDisplay
{
    public Task<DownloadResult> ShowWhileAsync(Func<IProgress<DownloadProgress>, Task<DownloadResult>> download) =>
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => download(new Bar(context.AddTask("downloading"))));

    private sealed class Bar(ProgressTask task) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value)
        {
            task.IsIndeterminate = value.TotalBytes is null;
            task.MaxValue = value.TotalBytes ?? value.BytesReceived;
            task.Value = value.BytesReceived;
        }
    }
}
