namespace AsyncKit.Synchronization;

/// <summary>A key in the reports of listeners: as long as it is in use, the same object.</summary>
internal sealed class KeyName<TKey>(KeyedLock<TKey> owner, TKey key)
    where TKey : notnull
{
    public override string ToString() => $"{owner}, key {key}";
}
