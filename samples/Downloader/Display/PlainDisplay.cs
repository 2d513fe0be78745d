using System.Globalization;
using AsyncKit.Http;

namespace Downloader.Display;

/// <summary>A line for each report, for output that is not a terminal.</summary>
internal sealed class PlainDisplay(TextWriter output) : IDownloadDisplay, IProgress<DownloadProgress>
{
    public Task<DownloadResult> ShowWhileAsync(Func<IProgress<DownloadProgress>, Task<DownloadResult>> download) =>
        download(this);

    public void Report(DownloadProgress value) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{value.Elapsed.TotalSeconds,5:0.0} s: {value.BytesReceived,12:N0} of {value.TotalBytes:N0} bytes, ")
        + string.Create(CultureInfo.InvariantCulture, $"{value.BytesPerSecond / 1_000_000:0.0} MB/s"));
}
