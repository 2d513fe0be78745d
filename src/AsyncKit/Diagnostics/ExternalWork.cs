using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AsyncKit.Diagnostics;

/// <summary>Work that was handed to a thread and has not started yet, as listeners are told of it.</summary>
/// <remarks>
/// <para>For code with threads of its own. Between the moment work is queued and the moment a thread takes it, nothing
/// of it runs, and a test environment could take the program for idle. Work for the thread pool needs none of this.
/// </para>
/// <para>When nobody listens, it costs the read of one static field and holds nothing; so does <c>default</c>.
/// Thread-safe; copies are the same work.</para>
/// </remarks>
[DebuggerDisplay("Announced = {_announcement is not null}")]
public readonly struct ExternalWork
{
    private readonly Announcement? _announcement;

    private ExternalWork(Announcement announcement) => _announcement = announcement;

    /// <summary>Tells listeners of work, on the thread that hands it over, before it is handed over.</summary>
    /// <param name="source">Whose thread it is.</param>
    /// <returns>The work, to be ended whatever becomes of it.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="source"/> is <see langword="null"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ExternalWork Begin(object source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return AsyncDiagnostics.IsEnabled(DiagnosticEvents.ExternalWork)
            ? new ExternalWork(new Announcement(source))
            : default;
    }

    /// <summary>Tells the same listeners that the work starts, or is dropped. Ending twice is harmless.</summary>
    /// <remarks>
    /// On the thread that starts the work, inside its <see cref="ExecutionContext"/>, so that a listener that follows
    /// the context sees no gap.
    /// </remarks>
    public void End() => _announcement?.End();

    private sealed class Announcement
    {
        private readonly object _source;
        private List<(AsyncDiagnosticsListener Listener, object? State)>? _heard = [];

        public Announcement(object source)
        {
            _source = source;
            foreach (AsyncDiagnosticsListener listener in Subscribers.Current.ToExternalWork)
            {
                try
                {
                    _heard.Add((listener, listener.OnExternalWorkBegun(source)));
                }
                catch (Exception e)
                {
                    listener.TakeFault(e);
                }
            }
        }

        public void End()
        {
            foreach ((AsyncDiagnosticsListener listener, object? state) in Interlocked.Exchange(ref _heard, null) ?? [])
                listener.Call(static (to, source, state) => to.OnExternalWorkEnded(source, state), _source, state);
        }
    }
}
