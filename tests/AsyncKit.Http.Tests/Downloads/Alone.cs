namespace AsyncKit.Http.Tests.Downloads;

/// <summary>Tests that nothing else of this project runs beside: they leave no time to others.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class Alone;
