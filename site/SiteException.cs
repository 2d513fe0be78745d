namespace Site;

/// <summary>The site cannot be made of what was given. The message is for who asked for it.</summary>
/// <param name="message">What is wrong, and where.</param>
public sealed class SiteException(string message) : Exception(message);
