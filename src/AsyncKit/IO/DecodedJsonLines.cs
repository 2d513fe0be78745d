namespace AsyncKit.IO;

/// <summary>What a batch of lines was decoded to.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="Values">The values.</param>
/// <param name="BadLines">The lines that were none, each with how many values come before it; none if all were good.
/// </param>
internal sealed record DecodedJsonLines<T>(List<T?> Values, List<(int Before, BadJsonLine Line)>? BadLines);
