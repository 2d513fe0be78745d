using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>By what two failures are taken for the same: their type and, where known, their reason and the method that
/// threw.</summary>
/// <remarks>Not the message: it often has values that depend on the schedule.</remarks>
internal sealed record FailureKind(Type Type, AsyncTestFailure? Reason, MethodBase? ThrownBy)
{
    /// <summary>Whether it is the same but for the method that threw, which the compiler may inline one day.</summary>
    public bool IsLike(FailureKind other) => Type == other.Type && Reason == other.Reason;

    public static FailureKind Of(Exception failure) =>
        new(failure.GetType(), (failure as AsyncTestException)?.Failure, failure.TargetSite);
}
