using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What the compiler makes of an <c>async void</c> method that waits for a task, and then ends or
/// throws.</summary>
internal static class VoidMethod
{
    public static void Start(Task wait, Action? then = null)
    {
        var method = AsyncVoidMethodBuilder.Create();
        wait.GetAwaiter().OnCompleted(() =>
        {
            try
            {
                then?.Invoke();
                method.SetResult();
            }
            catch (Exception e)
            {
                method.SetException(e);
            }
        });
    }

    public static void Throw(Exception fault) => Start(Task.CompletedTask, () => throw fault);
}
