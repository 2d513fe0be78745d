namespace AsyncKit.Tests.Synchronization;

/// <summary>Those inside of a reader/writer lock: each comes in and leaves, and none may be there who must
/// not.</summary>
internal sealed class Occupants
{
    // How many there are, in bits of one number, so that it changes and is checked at once.
    public const int Reader = 1;
    public const int Upgradeable = 1 << 8;
    public const int Writer = 1 << 16;
    public const int Upgraded = 1 << 24;

    private int _present;

    /// <summary>How many comings have been checked.</summary>
    public int Checks => _checks;

    private int _checks;

    public bool AreNone => Volatile.Read(ref _present) is 0;

    public void Enter(int who)
    {
        int present = Interlocked.Add(ref _present, who);
        Interlocked.Increment(ref _checks);
        int readers = present & 0xFF;
        int upgradeable = (present >> 8) & 0xFF;
        int writers = (present >> 16) & 0xFF;
        int upgraded = present >> 24;
        bool isAllowed = writers + upgraded is 0 ? upgradeable <= 1
            : writers + upgraded is 1 && readers is 0 && upgradeable <= upgraded;
        Assert.True(
            isAllowed, $"{readers} readers, {upgradeable} upgradeable, {writers} writers, {upgraded} upgraded at once");
    }

    public void Leave(int who) => Interlocked.Add(ref _present, -who);
}
