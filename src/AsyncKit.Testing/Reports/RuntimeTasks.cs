using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>What the runtime keeps for debuggers: the tasks that have not completed, and what they stand for.</summary>
/// <remarks>
/// Private fields, read for names in reports, and so that the list keeps nothing of a failed run: on a runtime where
/// one is missing, the reports say less, and all the rest works the same.
/// </remarks>
internal static class RuntimeTasks
{
    private const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly FieldInfo? _isOn = typeof(Task).GetField("s_asyncDebuggingEnabled", Any);
    private static readonly FieldInfo? _active = typeof(Task).GetField("s_currentActiveTasks", Any);
    private static readonly FieldInfo? _action = typeof(Task).GetField("m_action", Any);
    private static readonly FieldInfo? _state = typeof(Task).GetField("m_stateObject", Any);
    private static readonly FieldInfo? _contingent = typeof(Task).GetField("m_contingentProperties", Any);
    private static readonly FieldInfo? _continuation = typeof(Task).GetField("m_continuationObject", Any);
    private static readonly FieldInfo? _holder = _contingent?.FieldType.GetField("m_exceptionsHolder", Any);
    private static readonly FieldInfo? _isHandled = _holder?.FieldType.GetField("m_isHandled", Any);

    /// <summary>Whether this runtime tells which methods wait, and for what.</summary>
    public static bool AreKnown => _isOn is not null && _active is not null && _state is not null;

    /// <summary>Makes the runtime list its tasks from now on, or not any more.</summary>
    public static void List(bool isOn)
    {
        if (isOn) DropCompleted();
        _isOn?.SetValue(null, isOn);
    }

    public static IReadOnlyList<Task> Active()
    {
        if (_active?.GetValue(null) is not IDictionary tasks) return [];
        lock (tasks) return [.. tasks.Values.Cast<Task>().OrderBy(static task => task.Id)];
    }

    /// <summary>Takes tasks out of the list, and those that only they wait for: they will never complete, and the list
    /// would keep them for ever.</summary>
    public static void Forget(IReadOnlySet<Task> tasks)
    {
        if (tasks.Count is 0 || _active?.GetValue(null) is not Dictionary<int, Task> active) return;
        foreach (Task task in Active())
        {
            if (!LeadsTo(task, tasks, depth: 0)) continue;
            lock (active) active.Remove(task.Id);
        }
    }

    // From a completion source over Task.WhenAll to the method that awaits it, and no further than a few of those.
    private static bool LeadsTo(object? waiting, IReadOnlySet<Task> tasks, int depth) => depth < 8 && waiting switch
    {
        Task task => tasks.Contains(task) || LeadsTo(_continuation?.GetValue(task), tasks, depth + 1),
        Action action => TryFindContinued(action, out Task? continued) && LeadsTo(continued, tasks, depth + 1),
        IEnumerable several => several.Cast<object?>().Any(one => LeadsTo(one, tasks, depth + 1)),
        null => false,
        _ => LeadsTo(waiting.GetType().GetField("m_action", Any)?.GetValue(waiting), tasks, depth + 1),
    };

    public static bool TryFind(int id, [NotNullWhen(true)] out Task? task)
    {
        task = null;
        if (id is 0 || _active?.GetValue(null) is not Dictionary<int, Task> tasks) return false;
        lock (tasks) return tasks.TryGetValue(id, out task);
    }

    // What completes while the runtime does not list stays in its list.
    private static void DropCompleted()
    {
        if (_active?.GetValue(null) is not Dictionary<int, Task> tasks) return;
        lock (tasks)
        {
            foreach ((int id, Task task) in tasks)
            {
                if (task.IsCompleted) tasks.Remove(id);
            }
        }
    }

    /// <summary>The state machine of the async method that a task stands for.</summary>
    public static object? StateMachine(Task task) => task.GetType().GetField("StateMachine", Any)?.GetValue(task);

    public static Type? StateMachineType(Task task)
    {
        Type type = task.GetType();
        if (!type.IsGenericType) return null;
        foreach (Type argument in type.GetGenericArguments())
        {
            if (typeof(IAsyncStateMachine).IsAssignableFrom(argument)) return argument;
        }

        return null;
    }

    /// <summary>The delegate that a task was made to run.</summary>
    public static Delegate? Work(Task task) => _action?.GetValue(task) as Delegate;

    /// <summary>The context that an async method goes on in.</summary>
    public static ExecutionContext? Context(Task asyncMethod) =>
        (asyncMethod.GetType().GetField("Context", Any)?.GetValue(asyncMethod) ?? _state?.GetValue(asyncMethod))
            as ExecutionContext;

    /// <summary>The async method that an action continues, through the wrappers that tracing puts around it.</summary>
    public static bool TryFindContinued(Action action, [NotNullWhen(true)] out Task? task)
    {
        object? target = action.Target;
        for (var depth = 0; depth < 4 && target is not null and not Task; depth++)
            target = (target.GetType().GetField("_continuation", Any)?.GetValue(target) as Action)?.Target;
        task = target as Task;
        return task is not null;
    }

    /// <summary>Whether somebody has looked at the exception of a faulted task.</summary>
    public static bool IsExceptionObserved(Task task) =>
        _contingent?.GetValue(task) is not { } contingent
        || _holder?.GetValue(contingent) is not { } holder
        || _isHandled?.GetValue(holder) is not false;
}
