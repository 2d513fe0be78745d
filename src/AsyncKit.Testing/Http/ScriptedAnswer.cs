namespace AsyncKit.Testing;

/// <summary>An answer of a rule, and how often it is given. The lock of the stub guards it.</summary>
internal sealed class ScriptedAnswer(HttpReply reply)
{
    private int _given;

    /// <summary>How often it is given; <see langword="null"/>: as often as it is asked for.</summary>
    public int? Times { get; set; } = 1;

    /// <summary>How often it must still be given; none when it is given as often as it is asked for.</summary>
    public int Left => Math.Max(0, (Times ?? _given) - _given);

    public bool IsSpent => Times is not null && Left is 0;

    public HttpReply Take()
    {
        if (Times is not null) _given++;
        return reply;
    }
}
