namespace AsyncKit.Tests.Stress;

/// <summary>Tests that nothing else of this project runs beside: they measure real time, or leave none to
/// others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class Alone;
