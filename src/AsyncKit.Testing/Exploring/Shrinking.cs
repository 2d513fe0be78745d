namespace AsyncKit.Testing;

/// <summary>Makes a schedule that fails as plain as it can be: as few choices as possible that are not the
/// first.</summary>
/// <remarks>By delta debugging (Zeller and Hildebrandt, 2002): parts of the schedule, large ones first, are replaced by
/// what a run without exploration does, as long as it still fails.</remarks>
/// <param name="fails">Runs a schedule; whether it fails in the same way.</param>
/// <param name="made">The choices of the last run.</param>
internal sealed class Shrinking(Func<Schedule, bool> fails, Func<ReadOnlySpan<Choice>> made)
{
    private const int MaxRuns = 2_000;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly long _start = RealTime.Now;
    private int _runs;
    private Schedule _best;
    private Choice[] _choices = [];

    /// <summary>Shrinks a schedule, the last that was run.</summary>
    /// <returns>A schedule that replays exactly its choices.</returns>
    public Schedule Shrink(in Schedule failed)
    {
        _best = failed;
        _choices = WithoutTail(made());
        while (!IsEnough && (CloseKinds() | Clear() | Lower()))
        {
            // Each may give the others a chance.
        }

        return _best with { Strategy = new ReplayStrategy(_choices, isStrict: true) };
    }

    private bool IsEnough => _runs >= MaxRuns || RealTime.Since(_start) > _patience;

    // The choices after the last that is not the first are those of any run.
    private static Choice[] WithoutTail(ReadOnlySpan<Choice> choices)
    {
        int length = choices.Length;
        while (length > 0 && choices[length - 1].Chosen is 0) length--;
        return choices[..length].ToArray();
    }

    private bool CloseKinds() =>
        (_best.FiresEarly && Try(_best with { FiresEarly = false }, _choices))
        | (_best.PostsCompletions && Try(_best with { PostsCompletions = false }, _choices));

    private bool Clear()
    {
        var hasShrunk = false;
        for (int size = _choices.Length; size > 0 && !IsEnough; size /= 2)
        {
            for (var start = 0; start < _choices.Length && !IsEnough; start += size)
                hasShrunk |= TryWith(start, Math.Min(size, _choices.Length - start), static _ => 0);
        }

        return hasShrunk;
    }

    private bool Lower()
    {
        var hasShrunk = false;
        for (var i = 0; i < _choices.Length && !IsEnough; i++)
            hasShrunk |= _choices[i].Chosen > 1 && TryWith(i, 1, static chosen => chosen - 1);
        return hasShrunk;
    }

    private bool TryWith(int start, int count, Func<int, int> change)
    {
        Choice[] candidate = [.. _choices];
        var isChanged = false;
        foreach (ref Choice choice in candidate.AsSpan(start, count))
        {
            if (choice.Chosen is 0) continue;
            choice = choice with { Chosen = change(choice.Chosen) };
            isChanged = true;
        }

        return isChanged && Try(_best, candidate);
    }

    private bool Try(in Schedule schedule, Choice[] choices)
    {
        _runs++;
        if (!fails(schedule with { Strategy = new ReplayStrategy(choices, isStrict: false) })) return false;

        // Those it came to, which need not be the ones it was given: it must not wander off to a longer schedule.
        Choice[] taken = WithoutTail(made());
        if (Weight(taken) > Weight(choices)) return false;
        _best = schedule;
        _choices = taken;
        return true;
    }

    private static int Weight(Choice[] choices) => choices.Length + choices.Sum(static choice => choice.Chosen);
}
