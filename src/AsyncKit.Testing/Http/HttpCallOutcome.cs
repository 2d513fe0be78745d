namespace AsyncKit.Testing;

/// <summary>What became of a request that an <see cref="HttpStub"/> received.</summary>
public enum HttpCallOutcome
{
    /// <summary>It still waits for its answer.</summary>
    Pending,

    /// <summary>It got the headers of a response, whatever the status, and whatever becomes of the body.</summary>
    Answered,

    /// <summary>It failed: as scripted, or because no rule answered it.</summary>
    Faulted,

    /// <summary>The client cancelled it, or a timeout of the client did, before the headers came.</summary>
    Cancelled,
}
