using AsyncKit.Diagnostics;

namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A register and its journal, each behind a <c>lock</c>, used from two threads of the pool: one writes
/// through the register to the journal, the other reads the journal back into the register.</summary>
internal static class OppositeOrderMonitors
{
    public static async Task BuggyAsync(TestEnv env)
    {
        var books = new Books();
        await Task.WhenAll(Task.Run(books.Write), Task.Run(books.ReadBackJournalFirst));
        books.Check();
    }

    public static async Task CorrectAsync(TestEnv env)
    {
        var books = new Books();
        await Task.WhenAll(Task.Run(books.Write), Task.Run(books.ReadBackRegisterFirst));
        books.Check();
    }

    private sealed class Books
    {
        private readonly Lock _register = new();
        private readonly Lock _journal = new();
        private int _entries;
        private int _readings;

        public void Write()
        {
            lock (_register)
            {
                AsyncDiagnostics.SchedulingPoint(this, "lock the journal");
                lock (_journal) _entries++;
            }
        }

        public void ReadBackJournalFirst()
        {
            FindPage();
            lock (_journal)
            {
                AsyncDiagnostics.SchedulingPoint(this, "lock the register");
                lock (_register) _readings++;
            }
        }

        public void ReadBackRegisterFirst()
        {
            FindPage();
            lock (_register)
            {
                AsyncDiagnostics.SchedulingPoint(this, "lock the journal");
                lock (_journal) _readings++;
            }
        }

        public void Check() => Assert.Equal((1, 1), (_entries, _readings));

        private void FindPage()
        {
            for (var page = 0; page < 3; page++) AsyncDiagnostics.SchedulingPoint(this, "turn a page");
        }
    }
}
