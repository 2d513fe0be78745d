using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>Writes the batches of a log, one after the other, on a thread of the pool while there are any.</summary>
internal sealed class LogPump(LogQueue queue, RollingFile file, bool flushesAtEnd) : IThreadPoolWorkItem
{
    // In the queue of this thread: a producer that goes on to wait for its line is followed by the pump, where it is.
    public void Start() =>
        Uninterrupted.Do(this, static pump => ThreadPool.UnsafeQueueUserWorkItem(pump, preferLocal: true));

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            LogBatch? batch = queue.NextBatch(out bool isEnd);
            if (batch is not null) Write(batch);
            else if (isEnd) Close();
            else return;
        }
    }

    private void Write(LogBatch batch)
    {
        try
        {
            file.Write(batch);
            if (!queue.EndWrite(batch)) return;
            file.Flush();
            queue.EndFlush(batch);
        }
        catch (Exception e)
        {
            // For good. After a flush that failed, the system may have dropped what it could not write, and call the
            // next one good.
            queue.Fail(e);
        }
    }

    private void Close()
    {
        try
        {
            using (file)
            {
                if (flushesAtEnd && queue.Fault is null) file.Flush();
            }
        }
        catch (Exception e)
        {
            queue.Fail(e);
        }

        queue.EndLog();
    }
}
