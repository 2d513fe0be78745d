namespace AsyncKit.Http;

/// <summary>Addresses as they may be shown: without user name, password, query and fragment.</summary>
internal static class RedactedUri
{
    public static string Of(Uri uri)
    {
        if (!uri.IsAbsoluteUri) return uri.OriginalString.Split('?', '#')[0];
        string shown = uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

        // What looks like a query is part of the path where the scheme, as ftp, knows none.
        return FetchRequest.IsWeb(uri) ? shown : shown.Split("%3F")[0];
    }
}
