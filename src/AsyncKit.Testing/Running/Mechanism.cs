using System.Runtime.InteropServices;

namespace AsyncKit.Testing;

/// <summary>Makes the process ready for runs, once, and makes sure that the runtime does what they are built
/// on.</summary>
internal static class Mechanism
{
    private static readonly Lazy<string?> _fault = new(Check);

    public static void Prepare()
    {
        if (_fault.Value is { } fault)
        {
            throw new PlatformNotSupportedException(
                $"AsyncTest cannot run tests on {RuntimeInformation.FrameworkDescription}: {fault}");
        }
    }

    private static string? Check()
    {
        PoolActivity.Prepare();
        return MechanismCheck.Run();
    }
}
