using System.Reflection;

namespace AsyncKit.Tests.Conventions;

/// <summary>Fills in the type parameters of generic types and methods, so that they can be called.</summary>
internal static class TypeArguments
{
    private static readonly Type[] _candidates =
        [typeof(int), typeof(string), typeof(MemoryStream), typeof(InvalidOperationException)];

    public static Type Fill(Type type) =>
        type.IsGenericTypeDefinition ? type.MakeGenericType([.. type.GetGenericArguments().Select(Choose)]) : type;

    public static MethodInfo Fill(MethodInfo method) => method.IsGenericMethodDefinition
        ? method.MakeGenericMethod([.. method.GetGenericArguments().Select(Choose)])
        : method;

    private static Type Choose(Type parameter)
    {
        GenericParameterAttributes flags = parameter.GenericParameterAttributes;
        bool isClass = flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint);
        bool isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        Type[] bounds =
            [.. parameter.GetGenericParameterConstraints().Where(bound => !bound.ContainsGenericParameters)];
        Type[] fitting =
        [
            .. from candidate in _candidates
               where candidate.IsValueType ? !isClass : !isStruct
               where bounds.All(bound => bound.IsAssignableFrom(candidate))
               select candidate,
        ];

        // A reference type where null is excluded, so that null can be tried.
        bool isNotNull = Nullability.OfTypeParameter(parameter) is Nullability.NotNull;
        return fitting.FirstOrDefault(candidate => !isNotNull || !candidate.IsValueType)
            ?? fitting.FirstOrDefault()
            ?? throw new NotSupportedException(
                $"No known type fits {parameter.Name} of {parameter.DeclaringType} {parameter.DeclaringMethod}. "
                    + "Mend: add one to TypeArguments.");
    }
}
