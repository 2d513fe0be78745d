using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Opens bodies as the fetcher does, for what cannot be seen of them from outside.</summary>
internal static class Guarded
{
    /// <summary>The guarded stream of a body that would come over the wire.</summary>
    public static Stream Over(
        Stream wire,
        string? codings = null,
        FetchBodyOptions? options = null,
        long? maxBytes = null,
        long? length = null,
        TimeProvider? time = null)
    {
        var content = new StreamContent(wire);
        if (codings is not null) content.Headers.Add("Content-Encoding", codings);
        content.Headers.ContentLength = length;
        return Over(content, options, maxBytes, time);
    }

    public static Stream Over(
        StreamContent content, FetchBodyOptions? options = null, long? maxBytes = null, TimeProvider? time = null) =>
        (Stream)Open(
            null,
            content.ReadAsStream(),
            content.Headers,
            options ?? new FetchBodyOptions(),
            maxBytes,
            time ?? TimeProvider.System,
            null);

    /// <summary>Reads a whole body into memory.</summary>
    public static async ValueTask<byte[]> ReadAsync(
        HttpContent content, FetchBodyOptions options, TimeProvider? time = null)
    {
        (byte[] body, _) = await ReadWholeAsync(
            null, content, options, time ?? TimeProvider.System, TestContext.Current.CancellationToken);
        return body;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Violations")]
    public static extern IEnumerable<string> Violations(FetchBodyOptions options, string name);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Copy")]
    public static extern FetchBodyOptions Copy(FetchBodyOptions options);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Over")]
    [return: UnsafeAccessorType("AsyncKit.Http.GuardedBody, AsyncKit.Http")]
    private static extern object Open(
        [UnsafeAccessorType("AsyncKit.Http.GuardedBody, AsyncKit.Http")] object? type,
        Stream raw,
        HttpContentHeaders headers,
        FetchBodyOptions options,
        long? maxBytes,
        TimeProvider timeProvider,
        long? maxWireBytes);

    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "ReadAsync")]
    private static extern ValueTask<(byte[] Body, long WireBytes)> ReadWholeAsync(
        [UnsafeAccessorType("AsyncKit.Http.BoundedBody, AsyncKit.Http")] object? type,
        HttpContent content,
        FetchBodyOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken);
}
