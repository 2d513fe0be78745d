using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>By what two failures are taken for the same: their type and, where known, their reason and the method that
/// threw.</summary>
/// <remarks>Not the message: it often has values that depend on the schedule.</remarks>
internal sealed record FailureKind(Type Type, AsyncTestFailure? Reason, MethodBase? ThrownBy)
{
    public static FailureKind Of(Exception failure) =>
        new(failure.GetType(), (failure as AsyncTestException)?.Failure, failure.TargetSite);
}
