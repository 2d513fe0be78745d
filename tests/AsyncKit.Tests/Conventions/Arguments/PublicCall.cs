using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>What users can call: the public constructors and methods, their type arguments filled in.</summary>
internal static class PublicCall
{
    private const BindingFlags Public =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    /// <summary>Everything that the public surface of an assembly lets users call.</summary>
    public static IEnumerable<MethodBase> AllOf(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        where !type.IsInterface && !type.IsSubclassOf(typeof(Delegate))
        let closed = TypeArguments.Fill(type)
        let methods = closed.GetMethods(Public).Select(TypeArguments.Fill)
        from method in closed.GetConstructors(Public).Concat<MethodBase>(methods)
        where IsWrittenHere(method) && !TakesSpans(method)
        select method;

    /// <summary>The name of a method with its type and its parameters.</summary>
    public static string PlaceOf(MethodBase method) =>
        NameOf(method)
        + $"({string.Join(", ", method.GetParameters().Select(parameter => TypeText.Of(parameter.ParameterType)))})";

    /// <summary>The name of a method with its type.</summary>
    public static string NameOf(MethodBase method) =>
        $"{TypeText.Of(method.DeclaringType!)}.{method.Name.TrimStart('.')}";

    // Not what the compiler writes, not Equals and the like, not the accessors of properties.
    private static bool IsWrittenHere(MethodBase method)
    {
        if (method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.IsAbstract) return false;
        if (method is not MethodInfo own) return !IsOfPositionalRecord(method);
        return !own.IsSpecialName && own.GetBaseDefinition().DeclaringType != typeof(object);
    }

    // Reflection cannot pass spans and what is made of them. Their twins that take a string are called.
    private static bool TakesSpans(MethodBase method) => method.DeclaringType!.IsByRefLike
        || method.GetParameters().Any(static parameter =>
            (parameter.ParameterType.GetElementType() ?? parameter.ParameterType).IsByRefLike);

    private static bool IsOfPositionalRecord(MethodBase constructor) =>
        constructor.DeclaringType!.GetMethods(Public).Any(method =>
            method.Name is "Deconstruct" && method.IsDefined(typeof(CompilerGeneratedAttribute))
            && method.GetParameters().Select(parameter => parameter.ParameterType.GetElementType())
                .SequenceEqual(constructor.GetParameters().Select(parameter => parameter.ParameterType)));
}
