using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>A type as C# writes it: keywords, type arguments, '?' for what may be null, tuple names.</summary>
internal sealed class TypeText
{
    // What a file with implicit usings may leave out; our own types are known by their short names too.
    private static readonly HashSet<string> _shortNamespaces = new(StringComparer.Ordinal)
    {
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
        "System.Threading.Tasks",
    };

    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    private readonly byte[] _nullability;
    private readonly Queue<string?> _tupleNames;
    private int _met;

    private TypeText(byte[] nullability, IEnumerable<string?> tupleNames)
    {
        _nullability = nullability;
        _tupleNames = new Queue<string?>(tupleNames);
    }

    /// <summary>A type that nothing is known about but itself.</summary>
    public static string Of(Type type) => new TypeText([Nullability.Unknown], []).Write(type);

    /// <summary>The base type of a type.</summary>
    public static string OfBase(Type type) => Of(type.BaseType!, type, type);

    /// <summary>The type of a parameter, a return value, a property, a field or an event.</summary>
    /// <param name="type">The type.</param>
    /// <param name="annotated">What carries the attributes about the type.</param>
    /// <param name="context">The method or type whose default holds where there are none.</param>
    public static string Of(Type type, ICustomAttributeProvider annotated, MemberInfo context) => new TypeText(
        Nullability.Flags(annotated, context),
        Nullability.Attribute<TupleElementNamesAttribute>(annotated)?.TransformNames ?? []).Write(type);

    private string Write(Type type)
    {
        if (type.IsByRef) return Write(type.GetElementType()!);
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Write(underlying) + "?";

        // The flag of a type comes before those of the types inside it.
        bool hasFlag = !type.IsValueType || type.IsGenericType;
        string mark = hasFlag && NextFlag() is Nullability.MayBeNull ? "?" : "";
        if (type.IsArray) return $"{Write(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        if (type.IsGenericParameter) return type.Name + mark;
        if (type.IsAssignableTo(typeof(ITuple)) && type.IsValueType) return WriteTuple(type.GetGenericArguments());
        return _keywords.TryGetValue(type, out string? keyword) ? keyword + mark : WriteNamed(type) + mark;
    }

    private byte NextFlag() => _nullability.Length is 1 ? _nullability[0] : _nullability[_met++];

    private string WriteTuple(Type[] elements)
    {
        // All names of one tuple stand before those of the tuples inside it.
        string?[] names = [.. elements.Select(_ => _tupleNames.TryDequeue(out string? name) ? name : null)];
        return $"({string.Join(", ", elements.Select((element, i) => $"{Write(element)} {names[i]}".TrimEnd()))})";
    }

    private string WriteNamed(Type type)
    {
        bool isShort = type.Namespace is null || _shortNamespaces.Contains(type.Namespace)
            || type.Namespace.StartsWith("AsyncKit", StringComparison.Ordinal);
        Type[] arguments = type.GetGenericArguments();
        var written = 0;
        return (isShort ? "" : type.Namespace + '.') + string.Join('.', Enclosing(type).Select(WritePart));

        // The type arguments of a nested type begin with those of the types around it.
        string WritePart(Type part)
        {
            Type[] own = arguments[written..part.GetGenericArguments().Length];
            written += own.Length;
            string name = part.Name.Split('`')[0];
            return own.Length is 0 ? name : $"{name}<{string.Join(", ", own.Select(Write))}>";
        }
    }

    private static IEnumerable<Type> Enclosing(Type type) =>
        type.DeclaringType is null ? [type] : Enclosing(type.DeclaringType).Append(type);
}
