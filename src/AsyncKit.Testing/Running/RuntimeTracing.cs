namespace AsyncKit.Testing;

/// <summary>What the runtime tells of its tasks while it is asked to: in which order they were made, and which there
/// are.</summary>
/// <remarks>It makes each await of the process about a microsecond dearer. So it is on while a run needs it, and stays
/// on until an exploration without need of it comes along: most tests are shorter than the switch takes.</remarks>
internal static class RuntimeTracing
{
    private static readonly Lock _sync = new();
    private static readonly WorkOrder _order = new();
    private static int _users;
    private static bool _isOn;

    /// <summary>For runs that need it, until <see cref="End"/>.</summary>
    public static void Begin()
    {
        lock (_sync)
        {
            _users++;
            if (!_isOn) Switch(isOn: true);
        }
    }

    public static void End()
    {
        lock (_sync) _users--;
    }

    /// <summary>Switches it off if nobody needs it.</summary>
    public static void Rest()
    {
        lock (_sync)
        {
            if (_isOn && _users is 0) Switch(isOn: false);
        }
    }

    private static void Switch(bool isOn)
    {
        _isOn = isOn;
        RuntimeTasks.List(isOn);
        if (isOn) _order.Enable();
        else _order.Disable();
    }
}
