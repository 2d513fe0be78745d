using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>Gives one content the headers of another.</summary>
internal static class ContentHeaders
{
    /// <summary>Copies all headers as they are; and the length, when it is known.</summary>
    public static void CopyHeadersTo(this HttpContent content, HttpContent copy)
    {
        foreach ((string name, HeaderStringValues values) in content.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);

        // A content made in memory tells its length when it is asked, and has no header.
        if (content.Headers.ContentLength is { } length) copy.Headers.ContentLength = length;
    }
}
