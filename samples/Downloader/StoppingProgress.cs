using AsyncKit.Http;

namespace Downloader;

/// <summary>Passes the progress on, and cancels the download when it has come so far.</summary>
internal sealed class StoppingProgress(IProgress<DownloadProgress> inner, long stopAt, CancellationTokenSource? stop)
    : IProgress<DownloadProgress>
{
    public void Report(DownloadProgress value)
    {
        inner.Report(value);
        if (value.BytesReceived >= stopAt) stop?.Cancel();
    }
}
