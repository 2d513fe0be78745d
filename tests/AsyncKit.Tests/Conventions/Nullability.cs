using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>What may be null, read from the attributes that the compiler leaves.</summary>
/// <remarks>
/// <see cref="NullabilityInfoContext"/> reads the same, but cannot tell T from T? where T is unconstrained, and says
/// nothing about constraints.
/// </remarks>
internal static class Nullability
{
    public const byte Unknown = 0;
    public const byte NotNull = 1;
    public const byte MayBeNull = 2;

    /// <summary>One flag for each type met from left to right, or a single one that holds for all of them.</summary>
    /// <param name="annotated">What carries the attributes about the type.</param>
    /// <param name="context">The method or type whose default holds where there are none.</param>
    public static byte[] Flags(ICustomAttributeProvider annotated, MemberInfo context) =>
        Attribute<NullableAttribute>(annotated)?.NullableFlags ?? [Default(context)];

    /// <summary>What the constraints of a type parameter say.</summary>
    public static byte OfTypeParameter(Type parameter) =>
        Flags(parameter, parameter.DeclaringMethod ?? (MemberInfo)parameter.DeclaringType!)[0];

    public static T? Attribute<T>(ICustomAttributeProvider annotated)
        where T : Attribute => annotated.GetCustomAttributes(typeof(T), inherit: false).Cast<T>().SingleOrDefault();

    private static byte Default(MemberInfo? context) => context is null
        ? Unknown
        : Attribute<NullableContextAttribute>(context)?.Flag ?? Default(context.DeclaringType);
}
