namespace AsyncKit.Tests.Stress;

/// <summary>Tests that nothing else of this project runs beside: they measure real time, leave none to others, or move
/// a clock thousands of times, for which it must be sure each time that nothing else is to come.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class Alone;
