using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>The line that declares a type: kind, modifiers, full name, base type, interfaces, constraints.</summary>
internal static class TypeHeader
{
    public static string Of(Type type)
    {
        string attributes = AttributeText.Of(type);
        string visibility = type.IsNestedFamily || type.IsNestedFamORAssem ? "protected" : "public";
        string name = $"{type.Namespace}.{TypeText.Of(type)}";
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            string signature = $"{ParameterText.Return(invoke)} {name}({ParameterText.List(invoke)})";
            return $"{attributes}{visibility} delegate {signature}{ConstraintText.Of(type)}";
        }

        string[] bases = [.. BasesOf(type)];
        string inherits = bases.Length is 0 ? "" : $" : {string.Join(", ", bases)}";
        return $"{attributes}{visibility} {Kind(type)} {name}{inherits}{ConstraintText.Of(type)}";
    }

    private static string Kind(Type type)
    {
        if (type.IsEnum) return "enum";
        if (type.IsInterface) return "interface";
        string record = IsRecord(type) ? "record " : "";
        if (type.IsValueType)
        {
            string readOnly = type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "";
            return $"{readOnly}{(type.IsByRefLike ? "ref " : "")}{record}struct";
        }

        string modifier = type switch
        {
            { IsAbstract: true, IsSealed: true } => "static ",
            { IsAbstract: true } => "abstract ",
            { IsSealed: true } => "sealed ",
            _ => "",
        };
        return $"{modifier}{record}class";
    }

    private static bool IsRecord(Type type)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        return type.GetMethod("PrintMembers", Own) is not null;
    }

    private static IEnumerable<string> BasesOf(Type type)
    {
        if (type.IsEnum)
        {
            Type underlying = Enum.GetUnderlyingType(type);
            return underlying == typeof(int) ? [] : [TypeText.Of(underlying)];
        }

        bool hasBase = !type.IsValueType && !type.IsInterface && type.BaseType != typeof(object);
        return [.. hasBase ? [TypeText.OfBase(type)] : Array.Empty<string>(), .. InterfacesOf(type)];
    }

    /// <summary>The interfaces a type declares: not those it has through its base type or another interface.</summary>
    private static IEnumerable<string> InterfacesOf(Type type)
    {
        Type[] all = type.GetInterfaces();
        return all
            .Except(all.SelectMany(implied => implied.GetInterfaces()))
            .Except(type.BaseType?.GetInterfaces() ?? [])
            .Where(declared => !IsRecord(type) || declared != typeof(IEquatable<>).MakeGenericType(type))
            .Select(TypeText.Of)
            .Order(StringComparer.Ordinal);
    }
}
