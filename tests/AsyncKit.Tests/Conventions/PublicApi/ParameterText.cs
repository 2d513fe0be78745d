using System.Reflection;
using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Conventions;

/// <summary>What goes into a method and what comes out of it.</summary>
internal static class ParameterText
{
    public static string List(MethodBase method)
    {
        string receiver = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return receiver + string.Join(", ", method.GetParameters().Select(Of));
    }

    public static string Return(MethodInfo method)
    {
        ParameterInfo value = method.ReturnParameter;
        string attributes = AttributeText.Of(value) is { Length: > 0 } text ? $"[return: {text[1..]}" : "";
        string reference = !value.ParameterType.IsByRef ? ""
            : value.GetRequiredCustomModifiers().Length > 0 ? "ref readonly "
            : "ref ";
        return $"{attributes}{reference}{TypeText.Of(value.ParameterType, value, method)}";
    }

    private static string Of(ParameterInfo parameter)
    {
        string type = TypeText.Of(parameter.ParameterType, parameter, parameter.Member);
        string value = parameter.HasDefaultValue
            ? $" = {LiteralText.Of(parameter.RawDefaultValue, parameter.ParameterType)}"
            : "";
        return $"{AttributeText.Of(parameter)}{Passing(parameter)}{type} {parameter.Name}{value}";
    }

    private static string Passing(ParameterInfo parameter) => parameter switch
    {
        { ParameterType.IsByRef: true, IsOut: true } => "out ",
        { ParameterType.IsByRef: true } when parameter.IsDefined(typeof(RequiresLocationAttribute)) => "ref readonly ",
        { ParameterType.IsByRef: true, IsIn: true } => "in ",
        { ParameterType.IsByRef: true } => "ref ",
        _ when parameter.IsDefined(typeof(ParamArrayAttribute)) => "params ",
        _ when parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
        _ => "",
    };
}
