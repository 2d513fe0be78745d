using AsyncKit.Synchronization;

namespace Synchronization.Stories;

/// <summary>Transfers that need two accounts each, in both directions between the same ones. With two locks taken one
/// after the other, they would wait for each other in a circle; with both named in one call they do not.</summary>
internal sealed class Bank
{
    private const int Accounts = 50;
    private const int StartBalance = 1_000;
    private const int Pairs = 5_000;
    private const int PairsBetweenAudits = 250;
    private const int Total = Accounts * StartBalance;

    private readonly KeyedLock<int> _locks = new(name: "accounts");
    private readonly int[] _balances = [.. Enumerable.Repeat(StartBalance, Accounts)];
    private readonly int[] _expected = [.. Enumerable.Repeat(StartBalance, Accounts)];
    private readonly Gauge _atWork = new();

    public static async Task<Finding> ShowAsync(CancellationToken cancellationToken)
    {
        var bank = new Bank();
        var transfers = new List<Task>();
        var audits = new List<Task<int>>();
        int waiting;

        // While the bank is closed everybody comes, so that all of them wait when it opens.
        using (await bank.CloseAsync(cancellationToken))
        {
            bank.Start(transfers, audits, cancellationToken);
            waiting = bank._locks.WaiterCount;
        }

        await Task.WhenAll(transfers);
        int[] totals = await Task.WhenAll(audits);

        return new Finding(
            [
                $"{transfers.Count:N0} transfers between {Accounts} accounts, every second one the other way round.",
                $"All waited for the bank to open; up to {bank._atWork.Highest} were then at work side by side.",
                "LockManyAsync takes both accounts in an order that all callers share. With two calls of",
                "LockAsync, one would have A and wait for B, another have B and wait for A: for ever.",
            ],
            [
                new Check("All waited at once, and all came to an end.", waiting == transfers.Count + audits.Count),
                new Check("Each account has what its transfers add up to.", bank.IsBooked),
                new Check(
                    $"The total is {Total:N0}, as it was; {audits.Count} audits in between saw no money on its way.",
                    bank._balances.Sum() is Total && totals.All(total => total is Total)),
                new Check("No account is locked in the end.", bank._locks.Count is 0),
            ]);
    }

    private bool IsBooked => _balances.SequenceEqual(_expected);

    private void Start(List<Task> transfers, List<Task<int>> audits, CancellationToken cancellationToken)
    {
        var random = new Random(1);
        for (var pair = 0; pair < Pairs; pair++)
        {
            int a = random.Next(Accounts);
            int b = (a + random.Next(1, Accounts)) % Accounts;
            Order(a, b);
            Order(b, a);
            if (pair % PairsBetweenAudits is 0) audits.Add(AuditAsync(cancellationToken));
        }

        void Order(int from, int to)
        {
            int amount = random.Next(1, 100);
            _expected[from] -= amount;
            _expected[to] += amount;
            transfers.Add(TransferAsync(from, to, amount, cancellationToken));
        }
    }

    private async Task TransferAsync(int from, int to, int amount, CancellationToken cancellationToken)
    {
        using KeyedLock<int>.Lease lease = await _locks.LockManyAsync([from, to], cancellationToken);
        _atWork.Enter();
        (int fromBalance, int toBalance) = (_balances[from], _balances[to]);

        // A database would be asked here. Without the lock, others would write what this transfer then overwrites.
        await Task.Yield();
        _balances[from] = fromBalance - amount;
        _balances[to] = toBalance + amount;
        _atWork.Leave();
    }

    private async Task<int> AuditAsync(CancellationToken cancellationToken)
    {
        using KeyedLock<int>.Lease lease = await CloseAsync(cancellationToken);
        return _balances.Sum();
    }

    private ValueTask<KeyedLock<int>.Lease> CloseAsync(CancellationToken cancellationToken) =>
        _locks.LockManyAsync(Enumerable.Range(0, Accounts), cancellationToken);
}
