namespace AsyncKit.Errors;

/// <summary>
/// The ends work can have; the zero value is none, so that a <c>default</c> outcome pretends nothing.
/// </summary>
internal enum Ending : byte
{
    None,
    Succeeded,
    Faulted,
    Canceled,
}
