namespace AsyncKit.IO;

/// <summary>Takes a line into what is known of the lines before it.</summary>
/// <typeparam name="TAccumulate">The type of what is known.</typeparam>
/// <param name="accumulate">What is known; to be changed, or replaced.</param>
/// <param name="line">The line in UTF-8, without its break, valid during the call.</param>
public delegate void LineFolder<TAccumulate>(ref TAccumulate accumulate, ReadOnlySpan<byte> line);
