using AsyncKit.Errors;

namespace AsyncKit.Tests.Errors;

/// <summary>Outcomes that are taken from tasks, and thrown again.</summary>
public class SettledFromTaskTests
{
    private static readonly IOException _fault = new("broken");

    [Fact]
    public void ATaskThatSucceeded_GivesSuccess_OrItsValue()
    {
        Assert.Equal(Settled.Success, Settled.FromTask(Task.CompletedTask));
        Assert.Equal(7, Settled.FromTask(Task.FromResult(7)).Value);
        Assert.Null(Settled.FromTask(Task.FromResult<string?>(null)).Value);
    }

    [Fact]
    public void ATaskThatFaulted_GivesItsFault_OrAllOfThem()
    {
        Assert.Same(_fault, Settled.FromTask(Task.FromException(_fault)).Exception);
        Assert.Same(_fault, Settled.FromTask(Task.FromException<int>(_fault)).Exception);

        var several = new TaskCompletionSource<int>();
        several.SetException([_fault, new FormatException("other")]);
        var all = Assert.IsType<AggregateException>(Settled.FromTask(several.Task).Exception);
        Assert.Equal(2, all.InnerExceptions.Count);
        Assert.True(Settled.FromTask((Task)several.Task).IsFaulted);
    }

    [Fact]
    public async Task ATaskThatWasCancelled_GivesTheExceptionThatAwaitThrows()
    {
        var token = new CancellationToken(canceled: true);
        var thrown = new OperationCanceledException("stop", token);

        Task<int> byThrow = ThrowAsync();
        Assert.Same(thrown, Settled.FromTask(byThrow).Exception);
        Assert.Same(thrown, Settled.FromTask((Task)byThrow).Exception);
        Settled<int> byToken = Settled.FromTask(Task.FromCanceled<int>(token));
        Assert.True(byToken.IsCanceled);
        Assert.Equal(token, Assert.IsAssignableFrom<OperationCanceledException>(byToken.Exception).CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => byThrow);

        async Task<int> ThrowAsync()
        {
            await Task.CompletedTask;
            throw thrown;
        }
    }

    [Fact]
    public void ATaskThatRuns_IsRefused()
    {
        var running = new TaskCompletionSource<int>();

        var refused = Assert.Throws<ArgumentException>("task", () => Settled.FromTask(running.Task));

        Assert.Contains("WaitingForActivation", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("task", () => Settled.FromTask((Task)running.Task));
    }

    [Fact]
    public void ThrowIfUnsuccessful_ThrowsWhatTheWorkThrew()
    {
        Settled.Success.ThrowIfUnsuccessful();
        Settled.FromValue(1).ThrowIfUnsuccessful();

        Assert.Same(_fault, Assert.Throws<IOException>(Settled.FromException(_fault).ThrowIfUnsuccessful));
        Assert.Same(_fault, Assert.Throws<IOException>(Settled.FromException<int>(_fault).ThrowIfUnsuccessful));
        Assert.Throws<OperationCanceledException>(
            Settled.FromCanceled(new OperationCanceledException()).ThrowIfUnsuccessful);
        Assert.Throws<InvalidOperationException>(default(Settled).ThrowIfUnsuccessful);
        Assert.Throws<InvalidOperationException>(default(Settled<int>).ThrowIfUnsuccessful);
    }
}
