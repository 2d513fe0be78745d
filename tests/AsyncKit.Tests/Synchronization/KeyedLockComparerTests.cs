using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What a comparer does is its own business: nothing of the lock is held meanwhile.</summary>
public class KeyedLockComparerTests
{
    private const int Limit = 60_000;

    private readonly ForeignComparer _comparer = new();
    private readonly KeyedLock<int> _lock;

    public KeyedLockComparerTests() => _lock = new KeyedLock<int>(_comparer);

    [Fact]
    public void Comparer_SaysWhichKeysAreTheSame()
    {
        var files = new KeyedLock<string>(StringComparer.OrdinalIgnoreCase);
        using KeyedLock<string>.Lease held = files.Lock("README.md");

        Assert.False(files.TryLock("readme.MD", out _));
        Assert.True(files.IsHeld("Readme.md"));
        Assert.True(files.TryLock("licence", out KeyedLock<string>.Lease other));
        other.Dispose();
    }

    [Fact]
    public void KeysOfOneHash_AreToldApart()
    {
        const int Keys = 300;
        KeyedLock<int>.Lease[] held = [.. Enumerable.Range(0, Keys).Select(key => _lock.Lock(key))];
        Assert.Equal(Keys, _lock.Count);

        for (var key = 0; key < Keys; key += 3) held[key].Dispose();

        for (var key = 0; key < Keys; key++) Assert.Equal(key % 3 is not 0, _lock.IsHeld(key));
        foreach (KeyedLock<int>.Lease lease in held) lease.Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task AHashThatThrows_ComesOutOfTheCall_AndNothingIsTaken()
    {
        _comparer.OnHash = static _ => throw new InvalidDataException("no hash");

        Assert.Throws<InvalidDataException>(() => { _ = _lock.LockAsync(1); });
        Assert.Throws<InvalidDataException>(() => _lock.Lock(1));
        Assert.Throws<InvalidDataException>(() => _lock.IsHeld(1));
        Assert.Throws<InvalidDataException>(() => { _ = _lock.LockManyAsync([1, 2]); });

        _comparer.OnHash = null;
        Assert.Equal(0, _lock.Count);
        (await _lock.LockAsync(1)).Dispose();
    }

    [Fact]
    public async Task AComparisonThatThrows_ComesOutOfTheCall_AndNothingIsTaken()
    {
        KeyedLock<int>.Lease held = await _lock.LockAsync(1);
        _comparer.OnEquals = static (_, _) => throw new InvalidDataException("not comparable");

        Assert.Throws<InvalidDataException>(() => { _ = _lock.LockAsync(1); });
        Assert.Throws<InvalidDataException>(() => _lock.Lock(2));
        Assert.Throws<InvalidDataException>(() => _lock.IsHeld(1));
        Assert.Throws<InvalidDataException>(() => _lock.TryLock(1, out _));

        _comparer.OnEquals = null;
        Assert.Equal(1, _lock.Count);
        Assert.Equal(0, _lock.WaiterCount);
        held.Dispose();
        (await _lock.LockAsync(1)).Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task AComparisonThatThrowsBetweenManyKeys_LeavesNoneOfThemInUse()
    {
        var comparisons = 0;
        _comparer.OnEquals = (_, _) =>
        {
            if (++comparisons == 4) throw new InvalidDataException("not comparable");
        };

        Assert.Throws<InvalidDataException>(() => { _ = _lock.LockManyAsync([1, 2, 3, 4, 5]); });

        Assert.Equal(0, _lock.Count);
        (await _lock.LockManyAsync([1, 2, 3, 4, 5])).Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public void AComparerThatUsesTheLockItself_DoesNotDeadlock()
    {
        using KeyedLock<int>.Lease held = _lock.Lock(1);
        var isInside = false;
        _comparer.OnEquals = (_, _) =>
        {
            if (isInside) return;
            isInside = true;
            using (_lock.Lock(2)) Assert.Equal(2, _lock.Count);
            isInside = false;
        };

        Assert.False(_lock.TryLock(1, out _));
        Assert.Equal(1, _lock.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task AComparerThatBlocks_HoldsUpNobodyElse()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var hasBegun = new SemaphoreSlim(0);
        using var mayEnd = new SemaphoreSlim(0);
        KeyedLock<int>.Lease held = await _lock.LockAsync(1, cancellationToken);
        _comparer.OnEquals = (_, key) =>
        {
            if (key is not 2) return;
            hasBegun.Release();
            mayEnd.Wait(cancellationToken);
        };
        Task<KeyedLock<int>.Lease> blocked = Task.Run(async () => await _lock.LockAsync(2), cancellationToken);
        await hasBegun.WaitAsync(cancellationToken);

        // The same part of the lock, as the hash is the same: others go in and out, while the one compares.
        (await _lock.LockAsync(3, cancellationToken)).Dispose();
        held.Dispose();
        Assert.Equal(0, _lock.Count);

        mayEnd.Release(2);
        (await blocked).Dispose();
        Assert.Equal(0, _lock.Count);
    }

    // AsyncKeyedLock's issue 68: what a thread had found for its key was given back and served another key meanwhile.
    [Fact]
    public void AnEntryThatGoesWhileItIsCompared_IsNotTakenForTheKeyItHad()
    {
        KeyedLock<int>.Lease first = _lock.Lock(1);
        KeyedLock<int>.Lease other = default;
        _comparer.OnEquals = (_, _) =>
        {
            _comparer.OnEquals = null;
            first.Dispose();
            other = _lock.Lock(2);
        };

        KeyedLock<int>.Lease second = _lock.Lock(1);

        Assert.True(_lock.IsHeld(1));
        Assert.True(_lock.IsHeld(2));
        Assert.Equal(2, _lock.Count);
        second.Dispose();
        Assert.True(_lock.IsHeld(2));
        other.Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task AnEntryThatGoesAndComesAgainWhileItIsCompared_IsWaitedFor()
    {
        KeyedLock<int>.Lease first = await _lock.LockAsync(1);
        KeyedLock<int>.Lease again = default;
        _comparer.OnEquals = (_, _) =>
        {
            _comparer.OnEquals = null;
            first.Dispose();
            again = _lock.Lock(1);
        };

        ValueTask<KeyedLock<int>.Lease> wait = _lock.LockAsync(1);

        Assert.False(wait.IsCompleted);
        Assert.Equal(1, _lock.WaiterCount);
        again.Dispose();
        (await wait).Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public void AnotherKeyOfTheSameHashThatComesWhileOneIsCompared_IsComparedToo()
    {
        using KeyedLock<int>.Lease first = _lock.Lock(1);
        KeyedLock<int>.Lease late = default;
        _comparer.OnEquals = (_, _) =>
        {
            _comparer.OnEquals = null;
            late = _lock.Lock(2);
        };

        Assert.False(_lock.TryLock(2, out _));
        late.Dispose();
        Assert.Equal(1, _lock.Count);
    }
}
