namespace AsyncKit.Testing;

/// <summary>The bytes on their way, each piece with the moment it arrives. The lock of its link guards it.</summary>
internal sealed class LinkQueue(LinkOptions options)
{
    private readonly LinkedList<Piece> _pieces = new();

    // When all that was written has been sent.
    private TimeSpan _sent;

    public long Count { get; private set; }

    /// <summary>When the first byte arrives.</summary>
    public TimeSpan? Due => _pieces.First?.Value.Due;

    /// <summary>When what is sent now would arrive, behind all that was sent before.</summary>
    public TimeSpan Behind(TimeSpan now) => Later(_sent, now) + options.Latency;

    public void Add(ReadOnlySpan<byte> bytes, TimeSpan now)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, options.MaxChunk ?? bytes.Length);
            TimeSpan before = Later(_sent, now);
            _sent = before + TimeSpan.FromSeconds(count / (double)(options.BytesPerSecond ?? long.MaxValue));
            _pieces.AddLast(new Piece(bytes[..count].ToArray(), before, _sent + options.Latency));
            Count += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes what has arrived, as much as a read may give.</summary>
    public int Take(Span<byte> buffer, TimeSpan now)
    {
        // A buffer without room for more never had more in it.
        int capacity = options.BufferSize is 0 ? int.MaxValue : options.BufferSize;
        int most = Math.Min(options.MaxChunk ?? int.MaxValue, capacity);
        Span<byte> room = buffer[..Math.Min(buffer.Length, most)];
        if (options.ExploreChunks) room = room[..ExploredTransfer.CountOf(Math.Min(room.Length, Arrived(now)))];
        var taken = 0;
        while (taken < room.Length && _pieces.First is { } first && first.Value.Due <= now)
        {
            Piece piece = first.Value;
            ReadOnlySpan<byte> bytes = piece.Bytes.Span;
            int count = Math.Min(bytes.Length, room.Length - taken);
            bytes[..count].CopyTo(room[taken..]);
            taken += count;
            _pieces.RemoveFirst();
            if (count < bytes.Length) _pieces.AddFirst(piece with { Bytes = piece.Bytes[count..] });
        }

        Count -= taken;
        return taken;
    }

    /// <summary>Takes back what was written last and has no place in the buffer.</summary>
    public void TrimToBuffer()
    {
        while (Count > options.BufferSize && _pieces.Last is { } last)
        {
            Piece piece = last.Value;
            int count = (int)Math.Min(Count - options.BufferSize, piece.Bytes.Length);
            Count -= count;
            _pieces.RemoveLast();
            if (count < piece.Bytes.Length) _pieces.AddLast(piece with { Bytes = piece.Bytes[..^count] });
            else _sent = piece.SentFrom;
        }
    }

    public void Clear()
    {
        _pieces.Clear();
        Count = 0;
    }

    private int Arrived(TimeSpan now) =>
        _pieces.TakeWhile(piece => piece.Due <= now).Sum(static piece => piece.Bytes.Length);

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private sealed record Piece(ReadOnlyMemory<byte> Bytes, TimeSpan SentFrom, TimeSpan Due);
}
