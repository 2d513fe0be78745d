using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>The attributes that change how callers compile: overload priority, flow of null, obsolescence.</summary>
internal static class AttributeText
{
    private static readonly HashSet<Type> _listed =
    [
        typeof(CallerArgumentExpressionAttribute), typeof(CallerFilePathAttribute), typeof(CallerLineNumberAttribute),
        typeof(CallerMemberNameAttribute), typeof(FlagsAttribute), typeof(ObsoleteAttribute),
        typeof(OverloadResolutionPriorityAttribute),
    ];

    public static string Of(MemberInfo member)
    {
        // To compilers that do not know required members, the constructors of a type that has some are obsolete.
        bool forOldCompilers = member.IsDefined(typeof(CompilerFeatureRequiredAttribute));
        return Of(member.CustomAttributes.Where(attribute =>
            !forOldCompilers || attribute.AttributeType != typeof(ObsoleteAttribute)));
    }

    public static string Of(ParameterInfo parameter) => Of(parameter.CustomAttributes);

    private static string Of(IEnumerable<CustomAttributeData> attributes) => string.Concat(
        attributes.Where(IsListed).Select(attribute => $"[{Write(attribute)}] ").Order(StringComparer.Ordinal));

    private static bool IsListed(CustomAttributeData attribute) =>
        _listed.Contains(attribute.AttributeType)
        || attribute.AttributeType.Namespace is "System.Diagnostics.CodeAnalysis";

    private static string Write(CustomAttributeData attribute)
    {
        string name = attribute.AttributeType.Name.Replace("Attribute", "", StringComparison.Ordinal);
        IEnumerable<string> arguments =
            attribute.ConstructorArguments.Select(argument => LiteralText.Of(argument.Value, argument.ArgumentType));
        return attribute.ConstructorArguments.Count is 0 ? name : $"{name}({string.Join(", ", arguments)})";
    }
}
