using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A wait while somebody listens: its name in reports, and that of the hold it is granted.</summary>
/// <param name="resource">What is waited for.</param>
/// <param name="name">Who waits.</param>
internal sealed class WatchedWait(object resource, string name)
{
    /// <summary>A wait that has no better name than its number.</summary>
    public WatchedWait(object resource, int number)
        : this(resource, $"wait {number} for {resource}")
    {
    }

    /// <summary>Whether somebody listens: the one question that each operation asks.</summary>
    public static bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AsyncDiagnostics.IsEnabled(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits);
    }

    /// <summary>The name of a primitive: its type, and what it was called.</summary>
    public static string NameOf(string type, string? name) => name is null ? type : $"{type} \"{name}\"";

    /// <summary>Lets the listeners hold an operation up, then begins a wait.</summary>
    /// <param name="source">The primitive.</param>
    /// <param name="operation">What it is about to do, such as "take the lock".</param>
    /// <param name="wait">Begins the wait, and asks the token.</param>
    public static ValueTask<T> BeginAsync<T>(object source, string operation, Func<ValueTask<T>> wait)
    {
        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(source, operation);
        return point.IsCompletedSuccessfully ? wait() : new ValueTask<T>(BeginAfterAsync(point, wait));
    }

    /// <inheritdoc cref="BeginAsync{T}"/>
    public static ValueTask BeginAsync(object source, string operation, Func<ValueTask> wait)
    {
        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(source, operation);
        return point.IsCompletedSuccessfully ? wait() : new ValueTask(BeginAfterAsync(point, wait));
    }

    public void Began() => AsyncDiagnostics.Waiting(resource, this);

    public void Ended() => AsyncDiagnostics.WaitEnded(resource, this);

    public void Held() => AsyncDiagnostics.Held(resource, this);

    public void Released() => AsyncDiagnostics.Released(resource, this);

    public override string ToString() => name;

    /// <summary>Begins a wait when the listeners let it.</summary>
    // The listener decides where the operation goes on after the point. After the wait it goes on in the context of the
    // caller, as it would if nobody listened: a test that has all of its strands on one thread keeps them there.
    public static async Task<T> BeginAfterAsync<T>(ValueTask point, Func<ValueTask<T>> wait)
    {
        await point.ConfigureAwait(false);
        return await wait().ConfigureAwait(true);
    }

    private static async Task BeginAfterAsync(ValueTask point, Func<ValueTask> wait)
    {
        await point.ConfigureAwait(false);
        await wait().ConfigureAwait(true);
    }
}
