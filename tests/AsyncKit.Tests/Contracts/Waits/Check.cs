namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>What the laws assert.</summary>
internal static class Check
{
    /// <summary>It can be had, and is given back.</summary>
    public static void IsFree(Waitable waitable)
    {
        if (waitable.Has(Traits.Counts)) Assert.Equal(0, waitable.WaiterCount);
        Grant grant = waitable.TryNow();
        Assert.True(grant.IsGranted, "It is not to be had.");
        waitable.EndUse(grant);
    }

    /// <summary>Nobody gets it.</summary>
    public static void IsTaken(Waitable waitable)
    {
        Assert.False(waitable.TryNow().IsGranted, "A second one got it.");
        Assert.True(waitable.IsTaken);
    }

    /// <summary>It works: one that waits goes on when it is let go.</summary>
    public static void IsGrantedWhenLetGo(Waitable waitable)
    {
        Pending wait = waitable.WaitAsync();
        Assert.False(wait.IsCompleted);
        waitable.LetGo();
        Grant grant = IsGranted(wait);
        waitable.EndUse(grant);
    }

    /// <summary>The wait has ended with a grant.</summary>
    public static Grant IsGranted(Pending wait)
    {
        Ends(wait);
        Grant grant = wait.GetResult();
        Assert.True(grant.IsGranted);
        return grant;
    }

    /// <summary>The wait has ended because its token was cancelled.</summary>
    public static void IsCancelled(Pending wait, CancellationToken cancellationToken)
    {
        Ends(wait);
        Assert.True(wait.IsCanceled);
        var thrown = Assert.ThrowsAny<OperationCanceledException>(() => wait.GetResult());
        Assert.Equal(cancellationToken, thrown.CancellationToken);
    }

    /// <summary>The wait has ended because its time passed.</summary>
    public static void HasTimedOut(Pending wait, Form form)
    {
        Ends(wait);
        Assert.Equal(form is Form.Limited, wait.IsFaulted);
        if (form is Form.Limited) Assert.Throws<TimeoutException>(() => wait.GetResult());
        else Assert.False(wait.GetResult().IsGranted);
    }

    // Most end within the call that ends them. One that takes a second lock, or several, may take a step of the pool.
    private static void Ends(Pending wait)
    {
        if (!wait.IsCompleted) Limit.Until(() => wait.IsCompleted);
    }
}
