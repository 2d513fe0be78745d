using System.Runtime.InteropServices;

namespace AsyncKit.Http;

/// <summary>The authority that state is kept for: scheme, host and port. <c>default</c> stands for all.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HostKey(string Scheme, string Host, int Port)
{
    public static HostKey Of(Uri uri) => new(uri.Scheme, uri.IdnHost, uri.Port);

    public override string ToString() => Scheme is null ? "*" : $"{Scheme}://{Host}:{Port}";
}
