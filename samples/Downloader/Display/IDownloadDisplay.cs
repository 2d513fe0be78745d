using AsyncKit.Http;

namespace Downloader.Display;

/// <summary>Shows a download while it runs.</summary>
internal interface IDownloadDisplay
{
    Task<DownloadResult> ShowWhileAsync(Func<IProgress<DownloadProgress>, Task<DownloadResult>> download);
}
