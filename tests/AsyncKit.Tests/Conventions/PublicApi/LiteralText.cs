using System.Globalization;

namespace AsyncKit.Tests.Conventions;

/// <summary>A constant as C# writes it.</summary>
internal static class LiteralText
{
    public static string Of(object? value, Type type)
    {
        Type bare = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null => type.IsValueType && bare == type ? "default" : "null",
            string text => $"\"{text}\"",
            char letter => $"'{letter}'",
            bool yes => yes ? "true" : "false",
            _ when bare.IsEnum => $"{bare.Name}.{Enum.ToObject(bare, value)}",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
    }
}
