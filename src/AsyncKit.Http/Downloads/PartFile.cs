using System.Diagnostics;
using System.Security.Cryptography;
using AsyncKit.IO;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Http;

/// <summary>The part of a file that has come so far, with the record of it; nobody else has it open.</summary>
/// <remarks>
/// The record never claims more than is on the disk: what is written is flushed before the record says so, and the
/// record takes back its claim before anything is written over. Used by one flow of control at a time.
/// </remarks>
[DebuggerDisplay("{_paths.Part,nq}, Length = {Length}")]
internal sealed class PartFile : IDisposable
{
    private readonly PartPaths _paths;
    private readonly SafeFileHandle _file;
    private readonly FileDurability _durability;

    // After a write or a flush that failed nobody knows what is on the disk, but for what the record says already.
    private bool _isDamaged;

    private PartFile(PartPaths paths, SafeFileHandle file, FileDurability durability) =>
        (_paths, _file, _durability) = (paths, file, durability);

    /// <summary>What is on the disk; <see langword="null"/> when nothing is known of it.</summary>
    public PartRecord? Record { get; private set; }

    /// <summary>How many bytes are written.</summary>
    public long Length { get; private set; }

    /// <summary>Whether it was removed.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Opens or makes the part, and keeps everybody else out.</summary>
    /// <exception cref="IOException">Another download has it.</exception>
    public static Task<PartFile> OpenAsync(
        string target, FileDurability durability, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            PartPaths paths = PartPaths.Of(target);
            var part = new PartFile(paths, PartLock.Take(paths), durability);
            try
            {
                part.ReadRecord();
                return part;
            }
            catch
            {
                part.Dispose();
                throw;
            }
        },
        cancellationToken);

    /// <summary>Begins anew, with another version.</summary>
    public async Task BeginAsync(PartRecord record)
    {
        record = record with { Saved = 0 };

        // Not deleted: of a deletion nobody knows whether it outlives a power failure.
        if (Record is { Saved: > 0 }) await SaveRecordAsync(record, _durability).ConfigureAwait(false);
        (Record, Length) = (record, 0);
        await Task.Run(() => RandomAccess.SetLength(_file, 0)).ConfigureAwait(false);
    }

    /// <summary>Goes on behind what is certainly there.</summary>
    public async Task ResumeAsync()
    {
        Length = Record!.Saved;
        await Task.Run(() => RandomAccess.SetLength(_file, Length)).ConfigureAwait(false);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // Not to be cancelled: it would be unknown how much was written.
            await RandomAccess.WriteAsync(_file, bytes, Length, CancellationToken.None).ConfigureAwait(false);
            Length += bytes.Length;
        }
        catch
        {
            _isDamaged = true;
            throw;
        }
    }

    /// <summary>Makes certain what was written, and says so in the record.</summary>
    public async Task SaveAsync()
    {
        try
        {
            if (_durability is not FileDurability.None)
                await Task.Run(() => RandomAccess.FlushToDisk(_file)).ConfigureAwait(false);
            PartRecord record = Record! with { Saved = Length };
            FileDurability durability = _durability is FileDurability.None ? FileDurability.None : FileDurability.File;
            await SaveRecordAsync(record, durability).ConfigureAwait(false);
            Record = record;
        }
        catch
        {
            _isDamaged = true;
            throw;
        }
    }

    /// <summary>Hashes what is there, reading it once.</summary>
    public async ValueTask HashAsync(
        IReadOnlyList<IncrementalHash> hashes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (long at = 0; at < Length;)
        {
            Memory<byte> block = buffer[..(int)Math.Min(buffer.Length, Length - at)];
            int read = await RandomAccess.ReadAsync(_file, block, at, cancellationToken).ConfigureAwait(false);
            if (read is 0) throw new EndOfStreamException($"'{_paths.Part}' has become shorter while it was read.");
            foreach (IncrementalHash hash in hashes) hash.AppendData(block.Span[..read]);
            at += read;
        }
    }

    /// <summary>Flushes what was written, and gives it the name of the target.</summary>
    public async ValueTask PublishAsync(bool overwrite, CancellationToken cancellationToken)
    {
        var options = new AtomicFileOptions { Durability = _durability };
        await AtomicFile.PublishAsync(_file, _paths.Part, _paths.Target, overwrite, options, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            await Task.Run(DeleteRecord, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file is there. A record that is left without its part claims nothing.
        }
    }

    /// <summary>Keeps what another call can go on with, or nothing. Never throws for files.</summary>
    public async Task AbandonAsync(bool keep)
    {
        // What has its name, or was deleted, is nobody's part any more; one of that name is another's.
        if (IsDeleted || _file.IsClosed) return;
        long certain = _isDamaged ? Record!.Saved : Math.Max(Length, Record?.Saved ?? 0);
        bool isOfUse = keep && Record?.Validator is not null && certain > 0;
        try
        {
            if (!isOfUse) await DeleteAsync().ConfigureAwait(false);
            else if (certain > Record!.Saved) await SaveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What its caller has to know is what ended the download. The record claims what it claimed before.
        }
    }

    /// <summary>Removes it, with the record.</summary>
    public Task DeleteAsync() => Task.Run(() =>
    {
        // In this order: a record without its part claims nothing.
        IsDeleted = true;
        File.Delete(_paths.Part);
        DeleteRecord();
    });

    public void Dispose() => _file.Dispose();

    private void ReadRecord()
    {
        if (!File.Exists(_paths.Record)) return;
        PartRecord? record = PartRecord.Parse(File.ReadAllBytes(_paths.Record));

        // The file is shorter when somebody else has touched it: then none of it can be trusted.
        if (record is { Saved: >= 0 } && record.Saved <= RandomAccess.GetLength(_file)) Record = record;
    }

    private async Task SaveRecordAsync(PartRecord record, FileDurability durability)
    {
        // Under a name that is always the same, so that a process that is killed leaves one such file and not many.
        const FileShare Share = FileShare.Read | FileShare.Delete;
        using SafeFileHandle file = await Task.Run(
            () => File.OpenHandle(_paths.NewRecord, FileMode.Create, FileAccess.Write, Share)).ConfigureAwait(false);
        await RandomAccess.WriteAsync(file, record.ToJson(), 0).ConfigureAwait(false);
        var options = new AtomicFileOptions { Durability = durability };
        await AtomicFile.PublishAsync(file, _paths.NewRecord, _paths.Record, options: options).ConfigureAwait(false);
    }

    private void DeleteRecord()
    {
        File.Delete(_paths.Record);
        File.Delete(_paths.NewRecord);
    }
}
