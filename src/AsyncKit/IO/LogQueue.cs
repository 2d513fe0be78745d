using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>The lines of a log that are not written yet, and those who wait for that.</summary>
/// <remarks>
/// <para>There are two batches. One fills while the pump writes the other; when that is done they change places.</para>
/// <para>All who wait stand in one line until what they give is in the batch that fills: those with a line that has no
/// room yet, and behind one of them also those who only wait for a level, so that a commit covers what was given before
/// it. From there they go to the list of their level in that batch. A token takes a waiter out of whichever list it is
/// in, and so a line that is in a batch stays there.</para>
/// </remarks>
internal sealed class LogQueue : WaitQueue
{
    private readonly AppendLog _log;
    private readonly LogBatches _batches;
    private readonly WaitList _endWaiters = new();

    // From here on: guarded by the gate, as the batches are.
    private Exception? _fault;
    private bool _isPumping;
    private bool _isCompleted;
    private bool _isClosed;

    // What an earlier process wrote may not be on the disk yet.
    private bool _isUnflushed = true;

    public LogQueue(AppendLog log, LogBatches batches)
        : base(log, timeProvider: null)
    {
        _log = log;
        _batches = batches;
    }

    public Exception? Fault => Volatile.Read(ref _fault);

    public bool IsCompleted => Volatile.Read(ref _isCompleted);

    /// <summary>Takes a line, if there is room for it and nobody waits for room.</summary>
    /// <remarks>Here as below it is for the caller to start the pump, outside of the gate.</remarks>
    public bool TryAdd(ReadOnlySpan<byte> line, int day, out long offset, out bool startsPump)
    {
        Enter();
        bool isTaken = Accepts(line.Length, day);
        offset = isTaken ? _batches.Add(line, day) : 0;
        startsPump = isTaken && StartsPump();
        Exit();
        return isTaken;
    }

    /// <summary>Takes a line of text, if it is ASCII too: most text is, and is encoded where it goes.</summary>
    public bool TryAddAscii(ReadOnlySpan<char> line, int day, out long offset, out bool startsPump)
    {
        offset = 0;
        Enter();
        bool isTaken = Accepts(line.Length, day) && _batches.TryAddAscii(line, day, out offset);
        startsPump = isTaken && StartsPump();
        Exit();
        return isTaken;
    }

    /// <summary>Gives a line, and waits until it is at a level.</summary>
    public LogWaiter Add(
        ReadOnlySpan<byte> line, int day, CommitLevel level, CancellationToken cancellationToken, out bool startsPump)
    {
        // Memory is asked for outside of the gate, and only where the line has to wait.
        byte[]? copy = null;
        LogWaiter? waiter;
        while ((waiter = TryAdd(line, copy, day, level, cancellationToken, out startsPump)) is null)
            copy = line.ToArray();
        return waiter;
    }

    /// <summary>Waits until all that was given before is at a level.</summary>
    public LogWaiter WaitFor(CommitLevel level, CancellationToken cancellationToken, out bool startsPump)
    {
        var waiter = (LogWaiter)EnterWithWaiter(0, WaitLimits.Only(cancellationToken), isBlocking: false, out long due);
        waiter.Level = level;
        WaitList list = Waiters.First is not null ? Waiters : _batches.WaitersForAll(level);
        WaitEnd end = cancellationToken.IsCancellationRequested ? WaitEnd.Cancelled
            : _isCompleted || _fault is not null ? WaitEnd.Failed
            : list == Waiters || IsToDo(level) ? WaitEnd.None
            : WaitEnd.Granted;
        startsPump = end is WaitEnd.None && StartsPump();
        ExitWithWaiter(waiter, list, end, due);
        return waiter;
    }

    /// <summary>Takes nothing more, and waits until everything is written and the file closed.</summary>
    public LogWaiter WaitForEnd(CancellationToken cancellationToken, out bool startsPump)
    {
        var waiter = (LogWaiter)EnterWithWaiter(0, WaitLimits.Only(cancellationToken), isBlocking: false, out long due);
        WaitEnd end = cancellationToken.IsCancellationRequested ? WaitEnd.Cancelled
            : !_isClosed ? WaitEnd.None
            : _fault is not null ? WaitEnd.Failed
            : WaitEnd.Granted;
        startsPump = end is WaitEnd.None && StartsPump();
        if (end is WaitEnd.None) _isCompleted = true;
        ExitWithWaiter(waiter, _endWaiters, end, due);
        return waiter;
    }

    /// <summary>What the pump is to do next; nothing for now, if there is no batch and no end.</summary>
    /// <param name="isEnd">Whether to close the file.</param>
    public LogBatch? NextBatch(out bool isEnd)
    {
        var ended = new EndedWaiters();
        Enter();
        LogBatch? next = _fault is null && _batches.HaveNext ? _batches.BeginNext() : null;
        isEnd = next is null && _isCompleted && !_isClosed;
        _isPumping = next is not null || isEnd;
        if (next is not null)
        {
            _isUnflushed |= next.HasLines;
            LetIn(ref ended);
        }

        Exit(ended);
        return next;
    }

    /// <summary>The batch is written.</summary>
    /// <returns>Whether it is to be flushed to the disk; if not, it is done.</returns>
    public bool EndWrite(LogBatch batch)
    {
        var ended = new EndedWaiters();
        Enter();
        EndAll(batch.OsWaiters, WaitEnd.Granted, ref ended);
        bool isWanted = batch.DiskWaiters.First is not null;
        if (!isWanted) _batches.EndNext();
        Exit(ended);
        return isWanted;
    }

    /// <summary>The batch, and all before it, is on the disk.</summary>
    public void EndFlush(LogBatch batch)
    {
        var ended = new EndedWaiters();
        Enter();
        _isUnflushed = false;
        EndAll(batch.OsWaiters, WaitEnd.Granted, ref ended);
        EndAll(batch.DiskWaiters, WaitEnd.Granted, ref ended);
        _batches.EndNext();
        Exit(ended);
    }

    /// <summary>The file is closed.</summary>
    public void EndLog()
    {
        var ended = new EndedWaiters();
        Enter();
        _isClosed = true;
        _isPumping = false;
        EndAll(_endWaiters, _fault is null ? WaitEnd.Granted : WaitEnd.Failed, ref ended);
        Exit(ended);
    }

    /// <summary>Nothing can be written any more. Those who wait for it fail, and so do all who come.</summary>
    public void Fail(Exception fault)
    {
        // Whichever batch is where, they are the same lists.
        WaitList[] waiters = _batches.AllWaiters();
        var ended = new EndedWaiters();
        Enter();
        _fault ??= fault;
        foreach (WaitList list in waiters) EndAll(list, WaitEnd.Failed, ref ended);
        EndAll(Waiters, WaitEnd.Failed, ref ended);
        Exit(ended);
    }

    /// <summary>Why a call is refused.</summary>
    public Exception Refusal() => Fault is { } fault
        ? new IOException($"The log '{_log.Path}' has failed: {fault.Message}", fault)
        : new InvalidOperationException($"The log '{_log.Path}' is complete; no more lines can be added.");

    protected override Waiter CreateWaiter() => new LogWaiter(this);

    // Nobody is granted anything by this: what is waited for is decided by batches.
    protected override bool TryTake(Waiter waiter) => false;

    // Those behind a long line that was taken back may have room.
    protected override void OnLeft(WaitList list, ref EndedWaiters ended)
    {
        if (list == Waiters) LetIn(ref ended);
    }

    // From here on: under the gate.
    private LogWaiter? TryAdd(
        ReadOnlySpan<byte> line,
        byte[]? copy,
        int day,
        CommitLevel level,
        CancellationToken cancellationToken,
        out bool startsPump)
    {
        var waiter = (LogWaiter)EnterWithWaiter(0, WaitLimits.Only(cancellationToken), isBlocking: false, out long due);
        WaitEnd end = cancellationToken.IsCancellationRequested ? WaitEnd.Cancelled
            : _isCompleted || _fault is not null ? WaitEnd.Failed
            : WaitEnd.None;
        WaitList list = Waiters;
        if (end is WaitEnd.None && Accepts(line.Length, day))
        {
            waiter.Result = _batches.Add(line, day);
            list = _batches.WaitersForNext(level);
            if (level is CommitLevel.Buffered) end = WaitEnd.Granted;
        }
        else if (end is WaitEnd.None && copy is null)
        {
            waiter.FinishUnseen(WaitEnd.Granted);
            Exit();
            TryTakeBack(waiter, waiter.Version, isIdle: true);
            startsPump = false;
            return null;
        }

        waiter.Line = list == Waiters ? copy : null;
        waiter.Day = day;
        waiter.Level = level;
        startsPump = (end is WaitEnd.None or WaitEnd.Granted) && StartsPump();
        ExitWithWaiter(waiter, list, end, due);
        return waiter;
    }

    private bool Accepts(int length, int day) =>
        Waiters.First is null && !_isCompleted && _fault is null && _batches.HaveRoom(length, day);

    private bool StartsPump()
    {
        bool starts = !_isPumping;
        _isPumping = true;
        return starts;
    }

    private bool IsToDo(CommitLevel level) =>
        level is not CommitLevel.Buffered && (_batches.AreBusy || (level is CommitLevel.Disk && _isUnflushed));

    // Those who stand in the line go on to the batch that fills, as long as there is room.
    private void LetIn(ref EndedWaiters ended)
    {
        while (Waiters.First is LogWaiter first)
        {
            if (first.Line is not null && !_batches.HaveRoom(first.Line.Length, first.Day)) return;
            if (first.Line is not null) first.Result = _batches.Add(first.Line, first.Day);
            first.Line = null;
            if (IsToDo(first.Level)) Move(first, _batches.WaitersForAll(first.Level));
            else Grant(first, ref ended);
        }
    }

    private static void Move(LogWaiter waiter, WaitList list)
    {
        waiter.List!.Remove(waiter);
        list.Append(waiter);
    }

    private void EndAll(WaitList list, WaitEnd end, ref EndedWaiters ended)
    {
        while (list.First is { } first)
        {
            first.End = end;
            Grant(first, ref ended);
        }
    }
}
