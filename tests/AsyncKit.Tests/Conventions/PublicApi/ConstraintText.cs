using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>What a generic type or method asks of its type arguments.</summary>
internal static class ConstraintText
{
    public static string Of(Type type)
    {
        // A nested type repeats the type parameters of the types around it; those types state their constraints.
        int inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        return Of(type.GetGenericArguments().Skip(inherited));
    }

    public static string Of(MethodBase method) =>
        method.IsGenericMethodDefinition ? Of(method.GetGenericArguments()) : "";

    private static string Of(IEnumerable<Type> parameters) => string.Concat(
        from parameter in parameters
        let constraints = string.Join(", ", OfParameter(parameter))
        where constraints.Length > 0
        select $" where {parameter.Name} : {constraints}");

    private static IEnumerable<string> OfParameter(Type parameter)
    {
        GenericParameterAttributes flags = parameter.GenericParameterAttributes;
        byte nullability = Nullability.OfTypeParameter(parameter);
        bool isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        Type[] types = [.. parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType))];

        if (parameter.IsDefined(typeof(IsUnmanagedAttribute))) yield return "unmanaged";
        else if (isStruct) yield return "struct";
        else if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            yield return nullability is Nullability.MayBeNull ? "class?" : "class";
        else if (nullability is Nullability.NotNull && types.Length is 0) yield return "notnull";

        foreach (Type type in types) yield return TypeText.Of(type);
        if (!isStruct && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint)) yield return "new()";
        if (flags.HasFlag(GenericParameterAttributes.AllowByRefLike)) yield return "allows ref struct";
    }
}
