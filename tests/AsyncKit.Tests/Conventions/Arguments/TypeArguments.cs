using System.Reflection;

namespace AsyncKit.Tests.Conventions;

/// <summary>Fills in the type parameters of generic types and methods, so that they can be called.</summary>
internal static class TypeArguments
{
    private static readonly Type[] _candidates = [typeof(int), typeof(string), typeof(MemoryStream), typeof(InvalidOperationException)];

    public static Type Fill(Type type) =>
        type.IsGenericTypeDefinition ? type.MakeGenericType([.. type.GetGenericArguments().Select(Choose)]) : type;

    public static MethodInfo Fill(MethodInfo method) => method.IsGenericMethodDefinition
        ? method.MakeGenericMethod([.. method.GetGenericArguments().Select(Choose)])
        : method;

    private static Type Choose(Type parameter)
    {
        GenericParameterAttributes flags = parameter.GenericParameterAttributes;
        bool isClass = flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint);
        bool isNotNull = Nullability.Flags(parameter, parameter.DeclaringMethod ?? (MemberInfo)parameter.DeclaringType!)[0]
            is Nullability.NotNull;
        Type[] bounds = [.. parameter.GetGenericParameterConstraints().Where(bound => !bound.ContainsGenericParameters)];
        Type[] fitting =
        [
            .. _candidates.Where(candidate => bounds.All(bound => bound.IsAssignableFrom(candidate))
                && (!isClass || !candidate.IsValueType)
                && (!flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) || candidate.IsValueType)),
        ];

        // A reference type where null is excluded, so that null can be tried.
        return fitting.FirstOrDefault(candidate => !isNotNull || !candidate.IsValueType)
            ?? fitting.FirstOrDefault()
            ?? throw new NotSupportedException(
                $"No candidate fits the type parameter {parameter.Name} of {parameter.DeclaringMethod?.Name ?? parameter.DeclaringType!.Name}. "
                    + "Mend: add one to TypeArguments.");
    }
}
