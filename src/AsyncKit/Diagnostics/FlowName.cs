namespace AsyncKit.Diagnostics;

/// <summary>What things are called in a snapshot: by their text, which is code of others.</summary>
internal static class FlowName
{
    public static string Of(object? thing)
    {
        try
        {
            return thing?.ToString() ?? "";
        }
        catch (Exception e)
        {
            // One name must not cost the report, which somebody asks for where something else went wrong.
            return $"{thing!.GetType().Name}, whose ToString threw {e.GetType().Name}";
        }
    }
}
