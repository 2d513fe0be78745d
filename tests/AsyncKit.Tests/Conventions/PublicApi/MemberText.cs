using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>The line that declares a member.</summary>
internal static class MemberText
{
    /// <summary>Whether code outside the assembly can see the member.</summary>
    public static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
        EventInfo @event => IsVisible(@event.AddMethod!),
        _ => false,
    };

    public static string Of(MemberInfo member) => AttributeText.Of(member) + member switch
    {
        FieldInfo { DeclaringType.IsEnum: true } field => $"{field.Name} = {field.GetRawConstantValue()}",
        FieldInfo field => OfField(field),
        ConstructorInfo { DeclaringType: { } type } constructor =>
            $"{Modifiers(constructor)}{type.Name.Split('`')[0]}({ParameterText.List(constructor)})",
        PropertyInfo property => OfProperty(property),
        EventInfo @event => $"{Modifiers(@event.AddMethod!)}event "
            + $"{TypeText.Of(@event.EventHandlerType!, @event, @event.DeclaringType!)} {@event.Name}",
        MethodInfo method => OfMethod(method),
        _ => throw new ArgumentException($"A {member.MemberType} is not a member of a public surface.", nameof(member)),
    };

    private static string OfField(FieldInfo field)
    {
        string type = TypeText.Of(field.FieldType, field, field.DeclaringType!);
        string visibility = field.IsPublic ? "public" : "protected";
        string value = field.IsLiteral ? $" = {LiteralText.Of(field.GetRawConstantValue(), field.FieldType)}" : "";
        string lifetime = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
        return $"{visibility} {lifetime}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}{value}";
    }

    private static string OfProperty(PropertyInfo property)
    {
        MethodInfo[] accessors = [.. property.GetAccessors(nonPublic: true).Where(IsVisible)];
        MethodInfo widest = accessors.FirstOrDefault(accessor => accessor.IsPublic) ?? accessors[0];
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string type = TypeText.Of(property.PropertyType, property, property.DeclaringType!);
        bool isIndexer = property.GetIndexParameters().Length > 0;
        string name = isIndexer ? $"this[{ParameterText.List(property.GetMethod!)}]" : property.Name;
        IEnumerable<string> listed = accessors.Select(accessor =>
            $"{(accessor.IsPublic == widest.IsPublic ? "" : "protected ")}{AccessorKind(accessor)};");
        return $"{Modifiers(widest)}{required}{type} {name} {{ {string.Join(' ', listed)} }}";
    }

    private static string AccessorKind(MethodInfo accessor) =>
        accessor.ReturnType != typeof(void) ? "get"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init"
        : "set";

    private static string OfMethod(MethodInfo method)
    {
        bool isOperator = method.IsSpecialName && method.Name.StartsWith("op_", StringComparison.Ordinal);
        string name = isOperator ? $"operator {method.Name[3..]}" : method.Name;
        string types = method.IsGenericMethodDefinition
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>"
            : "";
        return $"{Modifiers(method)}{ParameterText.Return(method)} {name}{types}({ParameterText.List(method)})"
            + ConstraintText.Of(method);
    }

    private static string Modifiers(MethodBase method)
    {
        if (method.DeclaringType!.IsInterface) return method.IsStatic ? "static " : "";
        bool overrides = method is MethodInfo own && own.GetBaseDefinition().DeclaringType != own.DeclaringType;
        string visibility = method.IsPublic ? "public " : "protected ";
        return visibility + (method, overrides) switch
        {
            ({ IsStatic: true }, _) => "static ",
            ({ IsAbstract: true }, _) => "abstract ",
            ({ IsFinal: true }, true) => "sealed override ",
            (_, true) => "override ",
            ({ IsVirtual: true, IsFinal: false }, _) => "virtual ",
            _ => "",
        };
    }
}
