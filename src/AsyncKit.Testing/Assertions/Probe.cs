using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A condition that is looked at again and again. One that throws does not hold.</summary>
[DebuggerDisplay("LastFailure = {LastFailure}")]
internal sealed class Probe(Func<bool> holds)
{
    /// <summary>What the last look threw.</summary>
    public Exception? LastFailure { get; private set; }

    public bool Holds()
    {
        LastFailure = null;
        try
        {
            return holds();
        }
        catch (Exception e) when (MayPass(e))
        {
            LastFailure = e;
            return false;
        }
    }

    /// <summary>Whether another look may do better. What the run forbids, such as blocking, stays forbidden.</summary>
    public static bool MayPass(Exception failure) =>
        failure is not AsyncTestException { Failure: not AsyncTestFailure.Assertion };
}
