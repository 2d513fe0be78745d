namespace AsyncKit.Testing;

/// <summary>Random numbers from a seed: SplitMix64, of Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014.</summary>
/// <remarks>Not <see cref="Random"/>: with a seed that takes longer to make than a short run takes.</remarks>
internal struct RandomNumbers(ulong seed)
{
    // How likely the clock jumps although other steps can run, where it may.
    private const double JumpChance = 0.1;

    private ulong _state = seed;

    /// <summary>Those of one of many runs with the same seed.</summary>
    public static RandomNumbers For(ulong seed, int run)
    {
        // The seed is mixed before: the runs of neighbouring seeds would be the same ones, shifted.
        ulong mixed = new RandomNumbers(seed).Next();
        return new RandomNumbers(new RandomNumbers(mixed + (ulong)run).Next());
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>From 0 to less than a count, each as likely.</summary>
    public int Below(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);

    public bool Hits(double chance) => Next() < chance * ulong.MaxValue;

    public bool Jumps() => Hits(JumpChance);

    public int Choose(int count, double chance) => Hits(chance) ? 1 + Below(count - 1) : 0;
}
