namespace AsyncKit.Testing;

/// <summary>Marks a failed assertion: xunit knows it by this name, in whatever namespace.</summary>
internal interface IAssertionException;
