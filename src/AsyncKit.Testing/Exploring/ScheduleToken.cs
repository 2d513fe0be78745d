using System.Buffers.Text;

namespace AsyncKit.Testing;

/// <summary>A schedule as one word, for people to copy: <c>AK1-</c> and its bytes in Base64Url.</summary>
/// <remarks>The bytes: the kinds of choices that were open; where the test was cancelled and which fault it met; each
/// choice, most often in one byte; and a check sum.</remarks>
internal static class ScheduleToken
{
    private const string Prefix = "AK1-";
    private const int FiresEarly = 1;
    private const int PostsCompletions = 2;
    private const int HasFault = 4;
    private const int ShortLimit = 16;

    public static string Format(in Schedule schedule, ReadOnlySpan<Choice> choices)
    {
        List<byte> bytes = [];
        int kinds = (schedule.FiresEarly ? FiresEarly : 0)
            | (schedule.PostsCompletions ? PostsCompletions : 0)
            | (schedule.FaultAt is null ? 0 : HasFault);
        bytes.Add((byte)kinds);
        Write(bytes, schedule.CancelAt);
        if (schedule.FaultAt is { } fault) Write(bytes, fault);
        foreach (Choice choice in choices) Write(bytes, choice);
        bytes.Add(CheckSum(bytes));
        return Prefix + Base64Url.EncodeToString(bytes.ToArray());
    }

    /// <summary>Reads a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="isStrict">See <see cref="ReplayStrategy"/>.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Schedule Parse(string token, bool isStrict)
    {
        ArgumentNullException.ThrowIfNull(token);
        try
        {
            return Read(token, isStrict);
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException)
        {
            throw new ArgumentException(
                $"A token is '{Prefix}' and what followed it in a report, whole, but was '{token}'.", nameof(token), e);
        }
    }

    private static Schedule Read(string token, bool isStrict)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)) throw new FormatException("It has no prefix.");
        byte[] bytes = Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length));
        if (bytes.Length < 3 || bytes[^1] != CheckSum(bytes[..^1])) throw new FormatException("It is not whole.");
        var position = 1;
        int kinds = bytes[0];
        if ((kinds & ~(FiresEarly | PostsCompletions | HasFault)) is not 0) throw new FormatException("It is newer.");
        int cancelAt = ReadNumber(bytes, ref position);
        int? faultAt = (kinds & HasFault) is 0 ? null : ReadNumber(bytes, ref position);
        List<Choice> choices = [];
        while (position < bytes.Length - 1) choices.Add(ReadChoice(bytes, ref position));
        return new Schedule(new ReplayStrategy([.. choices], isStrict))
        {
            FiresEarly = (kinds & FiresEarly) is not 0,
            PostsCompletions = (kinds & PostsCompletions) is not 0,
            CancelAt = cancelAt,
            FaultAt = faultAt,
        };
    }

    // A choice is between two ways at least, so that a byte with zero ways is free to announce numbers.
    private static void Write(List<byte> bytes, Choice choice)
    {
        if (choice.Count < ShortLimit)
        {
            bytes.Add((byte)((choice.Count << 4) | choice.Chosen));
            return;
        }

        bytes.Add(0);
        Write(bytes, choice.Count);
        Write(bytes, choice.Chosen);
    }

    private static Choice ReadChoice(byte[] bytes, ref int position)
    {
        byte first = bytes[position++];
        Choice choice = first is not 0
            ? new Choice(first >> 4, first & 15)
            : new Choice(ReadNumber(bytes, ref position), ReadNumber(bytes, ref position));
        return choice.Count > 1 && choice.Chosen < choice.Count
            ? choice
            : throw new FormatException("It takes a way that is not there.");
    }

    // Seven bits in a byte, the lowest first; the highest bit says that more follow.
    private static void Write(List<byte> bytes, int number)
    {
        var left = (uint)number;
        while (left >= 0x80)
        {
            bytes.Add((byte)(left | 0x80));
            left >>= 7;
        }

        bytes.Add((byte)left);
    }

    private static int ReadNumber(byte[] bytes, ref int position)
    {
        var number = 0;
        for (var shift = 0; ; shift += 7)
        {
            // The last byte is the check sum, and the highest bit of a number the sign.
            if (position == bytes.Length - 1 || shift > 21) throw new FormatException("It has a number without end.");
            byte next = bytes[position++];
            number |= (next & 0x7F) << shift;
            if (next < 0x80) return number;
        }
    }

    private static byte CheckSum(IReadOnlyList<byte> bytes)
    {
        var sum = 17;
        foreach (byte next in bytes) sum = (sum * 31) + next;
        return (byte)(sum ^ (sum >> 8));
    }
}
