using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>The public surface of an assembly as lines close to C#, ordered by name.</summary>
/// <remarks>
/// Left out is what carries [CompilerGenerated]: the members that the compiler writes for a record. One that is written
/// by hand does not carry it, and is listed.
/// </remarks>
internal static class PublicApiListing
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.Instance | BindingFlags.Static;

    public static IEnumerable<string> Of(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => !IsUnspeakable(type))
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .SelectMany((type, index) => index is 0 ? OfType(type) : OfType(type).Prepend(""));

    private static IEnumerable<string> OfType(Type type) =>
        [TypeHeader.Of(type), .. MembersOf(type).Select(line => "    " + line)];

    private static IEnumerable<string> MembersOf(Type type) => type.IsSubclassOf(typeof(Delegate))
        ? []
        : type.GetMembers(Declared)
            .Where(member => MemberText.IsVisible(member) && !IsLeftOut(member))
            .Select(member => (Member: member, Line: MemberText.Of(member)))
            .OrderBy(listed => Kind(listed.Member))
            .ThenBy(listed => EnumValue(listed.Member))
            .ThenBy(listed => listed.Member.Name, StringComparer.Ordinal)
            .ThenBy(listed => listed.Line, StringComparer.Ordinal)
            .Select(listed => listed.Line);

    private static bool IsLeftOut(MemberInfo member) => member switch
    {
        Type type => IsUnspeakable(type) || type.IsNested,
        FieldInfo field => field.IsSpecialName,
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => true,
        _ => member.IsDefined(typeof(CompilerGeneratedAttribute)),
    };

    // The names that the compiler makes up, for instance for an extension block.
    private static bool IsUnspeakable(Type type) => type.Name.Contains('<', StringComparison.Ordinal);

    private static int Kind(MemberInfo member) => member switch
    {
        FieldInfo => 0,
        ConstructorInfo => 1,
        PropertyInfo => 2,
        EventInfo => 3,
        _ => 4,
    };

    private static decimal EnumValue(MemberInfo member) => member is FieldInfo { DeclaringType.IsEnum: true } field
        ? Convert.ToDecimal(field.GetRawConstantValue(), CultureInfo.InvariantCulture)
        : 0;
}
