using System.Net;

namespace AsyncKit.Http.Tests.Security;

/// <summary>Answers each question with the next answer, and the last one for ever.</summary>
internal sealed class ScriptedResolver(params string[] answers)
{
    /// <summary>An answer that does not come.</summary>
    public const string Never = "never";

    private int _questions;

    public int Questions => Volatile.Read(ref _questions);

    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        int question = Interlocked.Increment(ref _questions) - 1;
        string answer = answers[Math.Min(question, answers.Length - 1)];
        if (answer is Never) return new TaskCompletionSource<IPAddress[]>().Task;
        return Task.FromResult<IPAddress[]>(
            [.. answer.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)]);
    }
}
