using System.Runtime.InteropServices;

namespace AsyncKit.Synchronization;

/// <summary>Who holds a reader/writer lock at a moment, and with that, who may join them.</summary>
/// <remarks>
/// <para>Who waits, and in which order, is not known here.</para>
/// <para>Guarded by the gate of the queue. A mutable struct: a field that is not read-only, never copied.</para>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct ReaderWriterState
{
    //             take upgradeable             begin an upgrade
    // +--------+ ------------------> +-------------+ -----------> +-----------+
    // | Shared |                     | Upgradeable |              | Upgrading |
    // +--------+ <------------------ +-------------+ <----------- +-----------+
    //   |    ^    release, downgrade        ^         give it up       | no reader is left
    //   |    |                              |                          v
    //   |    |                              |   write part        +----------+
    //   |    |                              +-------------------- | Upgraded |
    //   |    | release, downgrade               released          +----------+
    //   v    |                                                         |
    // +---------+        upgradeable lease released before its         |
    // | Writing | <----------------------------------------------------+
    // +---------+        write part, which is all that is left then
    //
    // Readers come in while it is Shared or Upgradeable, and leave in Upgrading too: in Upgraded and Writing there are
    // none. A writer comes in while it is Shared and there is no reader.
    public enum Mode
    {
        /// <summary>Readers, or nobody.</summary>
        Shared,

        /// <summary>Readers, and the upgradeable one.</summary>
        Upgradeable,

        /// <summary>Readers that leave, and the upgradeable one, who waits for that.</summary>
        Upgrading,

        /// <summary>The upgradeable reader alone, who writes.</summary>
        Upgraded,

        /// <summary>A writer alone.</summary>
        Writing,
    }

    // Both are asked from outside of the gate too.
    private int _now;
    private int _readers;

    public Mode Now
    {
        readonly get => (Mode)Volatile.Read(in _now);
        private set => _now = (int)value;
    }

    /// <summary>How many read, without the upgradeable reader.</summary>
    public int Readers
    {
        readonly get => Volatile.Read(in _readers);
        private set => _readers = value;
    }

    /// <summary>Takes what is asked for, if those who hold the lock let it.</summary>
    public bool TryTake(ReaderWriterAccess access)
    {
        switch (access)
        {
            case ReaderWriterAccess.Read when Now is Mode.Shared or Mode.Upgradeable:
                Readers++;
                return true;
            case ReaderWriterAccess.UpgradeableRead when Now is Mode.Shared:
                Now = Mode.Upgradeable;
                return true;
            case ReaderWriterAccess.Write when Now is Mode.Shared && Readers is 0:
                Now = Mode.Writing;
                return true;
            case ReaderWriterAccess.Upgrade when Readers is 0:
                Now = Mode.Upgraded;
                return true;
            default:
                return false;
        }
    }

    public void End(ReaderWriterAccess access)
    {
        if (access is ReaderWriterAccess.Read) Readers--;
        else if (access is ReaderWriterAccess.Write) Now = Now is Mode.Upgraded ? Mode.Upgradeable : Mode.Shared;
        else Now = Now is Mode.Upgraded ? Mode.Writing : Mode.Shared;
    }

    /// <summary>Lets no reader in until the upgradeable one is alone.</summary>
    /// <returns>False: it is on its way to that, or there, already.</returns>
    public bool TryBeginUpgrade()
    {
        if (Now is not Mode.Upgradeable) return false;
        Now = Mode.Upgrading;
        return true;
    }

    public void GiveUpUpgrade() => Now = Mode.Upgradeable;

    /// <summary>Makes a plain reader of the writer, or of the upgradeable one.</summary>
    /// <returns>False: there is an upgrade in between.</returns>
    public bool TryDowngrade(ReaderWriterAccess access)
    {
        if (Now != (access is ReaderWriterAccess.Write ? Mode.Writing : Mode.Upgradeable)) return false;
        Now = Mode.Shared;
        Readers++;
        return true;
    }
}
