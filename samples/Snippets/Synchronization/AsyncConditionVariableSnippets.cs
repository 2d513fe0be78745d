using AsyncKit.Synchronization;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncConditionVariableSnippets
{
    [Fact]
    public async Task AnAccount_WaitsUntilThereIsEnough()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region async-condition-variable
        var gate = new AsyncLock("account");
        var deposited = new AsyncConditionVariable(gate, "deposited");
        var balance = 0; // guarded by the gate

        async Task WithdrawAsync(int amount)
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            await deposited.WaitUntilAsync(lease, () => balance >= amount, cancellationToken);
            balance -= amount;
        }

        async Task DepositAsync(int amount)
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            balance += amount;
            deposited.NotifyAll(); // each waits for another amount
        }
        #endregion

        Task[] withdrawn = [WithdrawAsync(50), WithdrawAsync(20)];
        await DepositAsync(30);
        await withdrawn[1];
        Assert.False(withdrawn[0].IsCompleted);
        await DepositAsync(60);
        await withdrawn[0];
        Assert.Equal((20, 0, false), (balance, deposited.WaiterCount, gate.IsHeld));
    }
}
