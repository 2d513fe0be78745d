using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A wait while somebody listens: its name in reports, and that of the hold it is granted.</summary>
internal sealed class WatchedWait(object resource, int number)
{
    /// <summary>Whether somebody listens: the one question that each operation asks.</summary>
    public static bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AsyncDiagnostics.IsEnabled(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits);
    }

    /// <summary>The name of a primitive: its type, and what it was called.</summary>
    public static string NameOf(string type, string? name) => name is null ? type : $"{type} \"{name}\"";

    /// <summary>Waits, once the listeners have let it.</summary>
    /// <param name="operation">What it is about to do, such as "take the lock".</param>
    /// <param name="wait">Asks the token, and takes or waits.</param>
    public async Task<T> WaitAsync<T>(string operation, Func<ValueTask<T>> wait)
    {
        await AsyncDiagnostics.SchedulingPointAsync(resource, operation).ConfigureAwait(false);
        ValueTask<T> granted = wait();
        if (granted.IsCompleted) return await granted.ConfigureAwait(false);
        AsyncDiagnostics.Waiting(resource, this);
        try
        {
            // In the context of the caller, who would go on there if nobody listened: a test that has all of its
            // strands on one thread keeps them there.
            return await granted.ConfigureAwait(true);
        }
        finally
        {
            AsyncDiagnostics.WaitEnded(resource, this);
        }
    }

    /// <inheritdoc cref="WaitAsync{T}"/>
    public async Task WaitAsync(string operation, Func<ValueTask> wait)
    {
        await AsyncDiagnostics.SchedulingPointAsync(resource, operation).ConfigureAwait(false);
        ValueTask granted = wait();
        if (granted.IsCompleted)
        {
            await granted.ConfigureAwait(false);
            return;
        }

        AsyncDiagnostics.Waiting(resource, this);
        try
        {
            await granted.ConfigureAwait(true);
        }
        finally
        {
            AsyncDiagnostics.WaitEnded(resource, this);
        }
    }

    /// <summary>Blocks the thread until a wait has ended.</summary>
    public void Block(Waiter waiter)
    {
        bool isToBeWaitedFor = !waiter.HasEnded;
        if (isToBeWaitedFor) AsyncDiagnostics.Waiting(resource, this);
        waiter.Block();
        if (isToBeWaitedFor) AsyncDiagnostics.WaitEnded(resource, this);
    }

    public void Held() => AsyncDiagnostics.Held(resource, this);

    public void Released() => AsyncDiagnostics.Released(resource, this);

    public override string ToString() => $"wait {number} for {resource}";
}
