using System.Runtime.InteropServices;
using AsyncKit.Synchronization;

namespace AsyncKit.Http;

/// <summary>The permits of one request: that of its host, and that over all. <c>default</c> holds none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct HostPass(AsyncSemaphore.Lease host, AsyncSemaphore.Lease all) : IDisposable
{
    public void Dispose()
    {
        all.Dispose();
        host.Dispose();
    }
}
