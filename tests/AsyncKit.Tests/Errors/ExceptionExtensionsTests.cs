using AsyncKit.Errors;

namespace AsyncKit.Tests.Errors;

public class ExceptionExtensionsTests
{
    [Fact]
    public void IsCancellationBy_AsksTheToken_AndNotTheException()
    {
        var asked = new CancellationToken(canceled: true);
        var cancelled = new OperationCanceledException("by a linked token");

        Assert.True(cancelled.IsCancellationBy(asked));
        Assert.True(new TaskCanceledException().IsCancellationBy(asked));
        Assert.False(cancelled.IsCancellationBy(CancellationToken.None));
        Assert.False(new IOException("broken").IsCancellationBy(asked));
    }

    [Fact]
    public void Split_PutsTheKindAside_InOrder_AlsoOutOfNestedFaults()
    {
        var file = new FileNotFoundException("file");
        var format = new FormatException("format");
        var disk = new IOException("disk");
        var faults = new AggregateException(format, new AggregateException(file, disk));

        (IReadOnlyList<IOException> matching, IReadOnlyList<Exception> others) = faults.Split<IOException>();

        Assert.Equal([file, disk], matching);
        Assert.Equal([format], others);
    }
}
