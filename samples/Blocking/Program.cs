using System.Globalization;
using AsyncKit.Concurrency;
using Blocking;

const int Calls = 48;
TimeSpan call = TimeSpan.FromMilliseconds(250);

Console.WriteLine(
    $"{Calls} calls that block {call.TotalMilliseconds} ms each, on {Environment.ProcessorCount} processors.");
Console.WriteLine("How late does the pool begin what else there is to do?");

// First on the runner: the pool keeps for a while what threads it has made when it ran short of them.
await using var runner = new BlockingRunner(maxThreads: 16);
PoolProbe onRunner = await MeasureAsync(() => runner.RunAsync(_ => Thread.Sleep(call)));
PoolProbe onPool = await MeasureAsync(() => Task.Run(() => Thread.Sleep(call)));

TimeSpan width = TimeSpan.FromTicks(Math.Max(onPool.Samples[^1].At.Ticks, onRunner.Samples[^1].At.Ticks) + 1);
Picture.Draw(Console.Out, "Task.Run", onPool, width, onPool.Worst);
Picture.Draw(Console.Out, "BlockingRunner", onRunner, width, onPool.Worst);

bool isSolved = onRunner.Worst < onPool.Worst / 2;
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{onPool.Worst.TotalMilliseconds:N0} ms on the pool, {onRunner.Worst.TotalMilliseconds:N0} ms with the runner."));
return isSolved ? 0 : 1;

static async Task<PoolProbe> MeasureAsync(Func<Task> block)
{
    var probe = new PoolProbe();
    Task work = Task.WhenAll(Enumerable.Range(0, Calls).Select(_ => block()));
    await probe.RunWhileAsync(work);
    await work;
    return probe;
}
