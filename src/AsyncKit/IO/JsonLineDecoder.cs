using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AsyncKit.IO;

/// <summary>Decodes lines of JSON, and says of bad ones which they are.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="source">What the lines are of, for messages.</param>
/// <param name="typeInfo">How the type is read.</param>
/// <param name="onBadLine">Told of bad lines; <see langword="null"/> to throw.</param>
[DebuggerDisplay("{_source,nq}")]
internal sealed class JsonLineDecoder<T>(string source, JsonTypeInfo<T> typeInfo, Action<BadJsonLine>? onBadLine)
{
    private const int ExcerptLength = 120;

    private readonly string _source = source;

    /// <summary>Decodes the next good line that the reader has.</summary>
    public bool TryDecodeNext(Utf8LineReader reader, out T? value)
    {
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            if (IsBlank(line)) continue;
            if (TryDecode(line, reader.LineNumber, out value, out BadJsonLine? bad)) return true;
            Tell(bad!);
        }

        value = default;
        return false;
    }

    /// <summary>Decodes all lines of a batch. Nobody is told of bad ones yet.</summary>
    public DecodedJsonLines<T> Decode(LineBatch batch)
    {
        var values = new List<T?>(batch.Count);
        List<(int, BadJsonLine)>? badLines = null;
        long number = batch.FirstLineNumber - 1;
        foreach (ReadOnlySpan<byte> line in batch)
        {
            number++;
            if (IsBlank(line)) continue;
            if (TryDecode(line, number, out T? value, out BadJsonLine? bad)) values.Add(value);
            else (badLines ??= []).Add((values.Count, bad!));
        }

        return new DecodedJsonLines<T>(values, badLines);
    }

    /// <summary>Gives the values of a batch, and tells of bad lines where they stand between them.</summary>
    public IEnumerable<T?> Unpack(DecodedJsonLines<T> batch)
    {
        var nextBad = 0;
        for (var i = 0; i <= batch.Values.Count; i++)
        {
            while (batch.BadLines is { } bad && nextBad < bad.Count && bad[nextBad].Before == i)
                Tell(bad[nextBad++].Line);
            if (i < batch.Values.Count) yield return batch.Values[i];
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) =>
        line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0;

    private bool TryDecode(ReadOnlySpan<byte> line, long number, out T? value, out BadJsonLine? bad)
    {
        try
        {
            value = JsonSerializer.Deserialize(line, typeInfo);
            bad = null;
            return true;
        }
        catch (JsonException e)
        {
            value = default;
            bad = new BadJsonLine(number, Excerpt(line), e);
            return false;
        }
    }

    private void Tell(BadJsonLine bad)
    {
        if (onBadLine is null)
        {
            throw new JsonException(
                $"Line {bad.LineNumber} of {_source} is not JSON of {typeof(T).Name}: {bad.Exception.Message} "
                + $"The line begins: {bad.Excerpt}",
                bad.Exception.Path,
                bad.LineNumber - 1,
                bad.Exception.BytePositionInLine,
                bad.Exception);
        }

        onBadLine(bad);
    }

    // Cut by characters; more bytes than that it cannot have.
    private static string Excerpt(ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, 4 * ExcerptLength)]);
        return text.Length > ExcerptLength ? $"{text[..ExcerptLength]}…" : text;
    }
}
