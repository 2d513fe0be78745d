using System.Runtime.InteropServices;

namespace AsyncKit.Diagnostics;

/// <summary>When something began.</summary>
/// <param name="Number">Its place in the order of all that began.</param>
/// <param name="Timestamp">The timestamp of the clock.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FlowMoment(long Number, long Timestamp);
