using System.Runtime.InteropServices;

namespace AsyncKit.Testing;

/// <summary>A decision of an explored run.</summary>
/// <param name="Count">How many ways there were.</param>
/// <param name="Chosen">Which was taken, from 0: the one that a run without exploration takes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Choice(int Count, int Chosen);
