using AsyncKit.Diagnostics;

namespace AsyncKit.Concurrency;

/// <summary>Something that is to run on an event loop.</summary>
internal sealed class LoopStep
{
    private readonly SendOrPostCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context;
    private readonly ExternalWork _handedOver;

    private LoopStep(object loop, SendOrPostCallback callback, object? state, bool flows)
    {
        (_callback, _state) = (callback, state);
        _handedOver = ExternalWork.Begin(loop);

        // What comes back from an await brings its context. While somebody listens, the thread has to be in it before
        // the work counts as begun.
        if (flows || AsyncDiagnostics.IsEnabled(DiagnosticEvents.ExternalWork)) _context = ExecutionContext.Capture();
    }

    /// <summary>A callback, with the context of who posts it.</summary>
    public static LoopStep Of(object loop, Action callback) =>
        new(loop, static callback => ((Action)callback!)(), callback, flows: true);

    /// <summary>What was posted to the context of the loop, which lets none flow.</summary>
    public static LoopStep OfPost(object loop, SendOrPostCallback callback, object? state) =>
        new(loop, callback, state, flows: false);

    /// <summary>The work that it begins; none when it is anything else.</summary>
    public LoopCall? Call => (_state as Delegate)?.Target as LoopCall;

    public void Run()
    {
        if (_context is null) RunAsIs();
        else ExecutionContext.Run(_context, static step => ((LoopStep)step!).RunHere(), this);
    }

    /// <summary>It was not taken.</summary>
    public void Drop() => _handedOver.End();

    /// <summary>The name of the method that runs, as far as it can be told.</summary>
    public override string ToString()
    {
        if (Call is { } call) return MethodName(call.Name);

        // What comes back from an await is a box around what the compiler has made of the method, or a delegate to it.
        object? target = _state is Delegate { Target: { } owner } ? owner : _state;
        return target?.GetType() is { IsGenericType: true } box
            ? MethodName(box.GetGenericArguments()[^1].Name)
            : MethodName((_state as Delegate ?? _callback).Method.Name);
    }

    // The compiler names what it makes of a method after it: <ReadAsync>d__3, <Main>b__0, and of a local function
    // <Main>g__Local|0_1 and <<Main>g__LocalAsync|0_1>d. Of a lambda that is <<Main>b__0>d.
    private static string MethodName(string name)
    {
        int local = name.IndexOf(">g__", StringComparison.Ordinal);
        if (local >= 0) return name[(local + 4)..name.IndexOf('|', local)];
        int end = name.IndexOf('>', StringComparison.Ordinal);
        return name.StartsWith('<') && end > 1 ? name[..end].TrimStart('<') : name;
    }

    // In the context of the thread: what it sets there is not for the steps behind it, nor for the caller of the loop.
    private void RunAsIs()
    {
        ExecutionContext? ofThread = ExecutionContext.Capture();
        try
        {
            RunHere();
        }
        finally
        {
            if (ofThread is not null) ExecutionContext.Restore(ofThread);
        }
    }

    private void RunHere()
    {
        _handedOver.End();
        _callback(_state);
    }
}
