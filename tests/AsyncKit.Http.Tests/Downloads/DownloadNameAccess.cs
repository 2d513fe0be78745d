using System.Runtime.CompilerServices;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>The naming of downloads, below the fetcher.</summary>
internal static class DownloadNameAccess
{
    public static string Of(string? contentDisposition, string uri) =>
        OfCore(null, contentDisposition, new Uri(uri));

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Of")]
    private static extern string OfCore(
        [UnsafeAccessorType("AsyncKit.Http.DownloadName, AsyncKit.Http")] object? type,
        string? contentDisposition,
        Uri uri);
}
