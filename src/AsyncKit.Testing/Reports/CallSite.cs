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
        StackFrame[] own = first < 0
            ? []
            : [.. frames[first..].Where(static frame => !IsOfTheFramework(frame)).Take(MaxFrames)];
        return new CallSite(call is null ? "A wait" : CallName(call), IsInLock(frames), own);
    }

    /// <summary>Whether the running code is about to wait for a lock, of its own or inside of the framework.</summary>
    public static bool IsInLock() => IsInLock(new StackTrace(skipFrames: 1, fNeedFileInfo: false).GetFrames());

    /// <summary>Whether the running code is about to wait for one of the locks that the runtime keeps its tasks
    /// with.</summary>
    public static bool IsInLockOfTasks()
    {
        StackFrame[] frames = new StackTrace(skipFrames: 1, fNeedFileInfo: false).GetFrames();
        if (!IsInLock(frames)) return false;
        Type? taker = frames
            .Select(static frame => frame.GetMethod()?.DeclaringType)
            .FirstOrDefault(static type => type is not null && !IsOurs(type) && !IsLockType(type));
        return taker?.Assembly == typeof(Task).Assembly
            && taker.Namespace is "System.Threading.Tasks" or "System.Runtime.CompilerServices";
    }

    /// <summary>Whether the running code was called by a task, which takes what it throws.</summary>
    public static bool IsInTask()
    {
        // From the outermost call, as far as the first that is not of the framework: what that calls further in, such
        // as Task.Wait, gives an exception back to it.
        foreach (StackFrame frame in new StackTrace(skipFrames: 1, fNeedFileInfo: false).GetFrames().Reverse())
        {
            if (typeof(Task).IsAssignableFrom(frame.GetMethod()?.DeclaringType)) return true;
            if (!IsOfTheFramework(frame)) return false;
        }

        return false;
    }

    // The innermost of the framework's own frames, above those of this package, tells what it is that waits.
    private static bool IsInLock(StackFrame[] frames)
    {
        foreach (StackFrame frame in frames)
        {
            MethodBase? method = frame.GetMethod();
            Type? type = method?.DeclaringType;
            if (type is null || IsOurs(type)) continue;
            return type == typeof(Lock)
                || (type == typeof(Monitor) && method!.Name.Contains("Enter", StringComparison.Ordinal));
        }

        return false;
    }

    // Or of the wait itself.
    private static bool IsOurs(Type type) =>
        type.Assembly == typeof(CallSite).Assembly
        || type == typeof(SynchronizationContext)
        || type == typeof(WaitHandle);

    private static bool IsLockType(Type type) => type == typeof(Lock) || type == typeof(Monitor);

    private static string CallName(MethodBase call) => (call.DeclaringType?.Name, call.Name) switch
    {
        (var type, _) when type?.Contains("Awaiter", StringComparison.Ordinal) is true => "GetAwaiter().GetResult()",
        ("Monitor" or "Lock", var name) when name.Contains("Enter", StringComparison.Ordinal) => "A lock",
        (_, "get_Result" or "GetResultCore") => "Task.Result",
        _ => MethodNames.Of(call),
    };

    public override string ToString()
    {
        var text = new StringBuilder(Call);
        foreach (StackFrame frame in _frames)
        {
            text.Append("\n   at ").Append(frame.GetMethod() is { } method ? MethodNames.Of(method) : "?");
            if (frame.GetFileName() is { } file)
                text.Append(" in ").Append(file).Append(":line ").Append(frame.GetFileLineNumber());
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
