namespace AsyncKit.Snippets.Concepts;

public class CoroutinesSnippets
{
    [Fact]
    public async Task AnAsyncMethod_StartsAtTheCall_AndAnIteratorAtTheFirstPull()
    {
        var log = new List<string>();

        #region coroutines
        async Task BoilAsync()
        {
            log.Add("boil");
            await Task.Yield();
        }

        async IAsyncEnumerable<string> PourAsync()
        {
            log.Add("pour");
            await Task.Yield();
            yield return "first cup";
            yield return "second cup";
        }

        Task boiling = BoilAsync();                      // "boil" is logged now
        IAsyncEnumerable<string> cups = PourAsync();     // nothing is logged: the body has not begun
        await boiling;
        await foreach (string cup in cups) log.Add(cup); // "pour", and then each cup as it is pulled
        #endregion

        Assert.Equal(["boil", "pour", "first cup", "second cup"], log);
    }

    [Fact]
    public async Task TheIteratorsBody_HasNotBegun_BeforeThePull()
    {
        var begun = false;

        async IAsyncEnumerable<int> CountAsync()
        {
            begun = true;
            await Task.Yield();
            yield return 1;
        }

        IAsyncEnumerable<int> numbers = CountAsync();
        Assert.False(begun);
        await foreach (int number in numbers) Assert.Equal(1, number);
        Assert.True(begun);
    }
}
