using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>Where in the code under test a call stands: the calls above it, without those of the framework.</summary>
internal sealed class CallSite
{
    private const int MaxFrames = 6;

    private readonly IReadOnlyList<StackFrame> _frames;

    private CallSite(string call, bool isLock, IReadOnlyList<StackFrame> frames)
    {
        Call = call;
        IsLock = isLock;
        _frames = frames;
    }

    /// <summary>The framework's method that the code called, such as <c>Task.Wait</c>.</summary>
    public string Call { get; }

    /// <summary>Whether it takes a lock, rather than waits for an event.</summary>
    public bool IsLock { get; }

    public static CallSite Here()
    {
        StackFrame[] frames = new StackTrace(skipFrames: 1, fNeedFileInfo: true).GetFrames();
        int first = Array.FindIndex(frames, static frame => !IsOfTheFramework(frame));
        MethodBase? call = first > 0 ? frames[first - 1].GetMethod() : null;
        bool isLock = call?.DeclaringType == typeof(Lock)
            || (call?.DeclaringType == typeof(Monitor) && call.Name is not nameof(Monitor.Wait));
        StackFrame[] own = first < 0 ? [] : [.. frames[first..].Where(static f => !IsOfTheFramework(f)).Take(MaxFrames)];
        return new CallSite(call is null ? "A wait" : MethodNames.Of(call), isLock, own);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (StackFrame frame in _frames)
        {
            if (text.Length > 0) text.Append('\n');
            text.Append("   at ").Append(frame.GetMethod() is { } method ? MethodNames.Of(method) : "?");
            if (frame.GetFileName() is { } file) text.Append(" in ").Append(file).Append(":line ").Append(frame.GetFileLineNumber());
        }

        return text.ToString();
    }

    private static bool IsOfTheFramework(StackFrame frame)
    {
        Type? type = frame.GetMethod()?.DeclaringType;
        return type is null
            || type.Assembly == typeof(object).Assembly
            || type.Assembly == typeof(CallSite).Assembly
            || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) is true;
    }
}
