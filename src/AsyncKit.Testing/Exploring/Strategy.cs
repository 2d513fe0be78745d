namespace AsyncKit.Testing;

/// <summary>Decides, in an explored run, where there is a choice.</summary>
internal abstract class Strategy
{
    /// <summary>Before a run.</summary>
    /// <param name="number">The number of the run, from 0: the same number, the same decisions.</param>
    public virtual void Begin(int number)
    {
    }

    /// <summary>Which step is next.</summary>
    /// <param name="ready">The steps that can run, those first that were ready first.</param>
    /// <param name="mayJump">Whether the clock may jump to the next timer instead; if not there are two steps at
    /// least.</param>
    /// <returns>The index of the step; the number of steps: the clock jumps.</returns>
    public abstract int NextStep(ReadySteps ready, bool mayJump);

    /// <summary>There was no choice.</summary>
    /// <param name="ready">The only step that can run.</param>
    public virtual void OnlyStep(ReadySteps ready)
    {
    }

    /// <summary>Which way code of the test goes.</summary>
    /// <param name="count">How many ways there are.</param>
    /// <param name="chance">How likely it is to be another than the first.</param>
    public abstract int Choose(int count, double chance);
}
