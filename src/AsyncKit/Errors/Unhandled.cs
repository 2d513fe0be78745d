using System.Runtime.ExceptionServices;

namespace AsyncKit.Errors;

/// <summary>Calls handlers of faults that have nobody left to go to.</summary>
internal static class Unhandled
{
    /// <summary>Gives a fault to a handler. What that throws is unhandled, as in a timer, and ends the
    /// process.</summary>
    public static void Call(Action<Exception> handler, Exception fault)
    {
        try
        {
            handler(fault);
        }
        catch (Exception e)
        {
            Throw(new AggregateException("A handler of faults threw.", e, fault));
        }
    }

    /// <summary>Throws a fault that nobody is there to take: it ends the process.</summary>
    public static void Throw(Exception fault) =>
        ThreadPool.UnsafeQueueUserWorkItem(ExceptionDispatchInfo.Throw, fault, preferLocal: false);
}
