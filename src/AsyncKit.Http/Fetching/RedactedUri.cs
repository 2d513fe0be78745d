namespace AsyncKit.Http;

/// <summary>Addresses as they may be shown: without user name, password, query and fragment.</summary>
internal static class RedactedUri
{
    public static string Of(Uri uri) =>
        uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
