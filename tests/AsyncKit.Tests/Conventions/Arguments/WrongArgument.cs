using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace AsyncKit.Tests.Conventions;

/// <summary>A call of a public method or constructor with one argument that it must refuse.</summary>
/// <param name="Method">What is called, its type arguments filled in.</param>
/// <param name="Parameter">The parameter that gets the wrong value.</param>
/// <param name="Value">The wrong value.</param>
internal sealed record WrongArgument(MethodBase Method, ParameterInfo Parameter, object? Value)
{
    /// <summary>Where the value is passed.</summary>
    public string Place => PublicCall.PlaceOf(Method);

    private Type Expected => Value is null ? typeof(ArgumentNullException) : typeof(ArgumentOutOfRangeException);

    /// <summary>Every wrong argument that the public surface of an assembly can be given.</summary>
    public static IEnumerable<WrongArgument> AllOf(Assembly assembly) =>
        from method in PublicCall.AllOf(assembly)
        from parameter in method.GetParameters()
        from value in WrongValues(parameter)
        select new WrongArgument(method, parameter, value);

    /// <summary>Makes the call.</summary>
    /// <returns>What is wrong with the answer, or <see langword="null"/> when the argument was refused.</returns>
    public async Task<string?> PassAsync()
    {
        try
        {
            object? target = Method.IsStatic || Method.IsConstructor ? null : ValidValues.Of(Method.DeclaringType!);
            object?[] arguments =
                [.. Method.GetParameters().Select(other => other == Parameter ? Value : ValidValues.Of(other))];
            return await PassAsync(target, arguments);
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
    }

    private async Task<string?> PassAsync(object? target, object?[] arguments)
    {
        try
        {
            const BindingFlags Plain = BindingFlags.DoNotWrapExceptions;
            object? result = Method is ConstructorInfo constructor
                ? constructor.Invoke(Plain, binder: null, arguments, culture: null)
                : Method.Invoke(target, Plain, binder: null, arguments, culture: null);
            if (result is IAsyncDisposable made) await made.DisposeAsync();
            return Wanted("the call returned");
        }
        catch (ArgumentException e) when (string.Equals(e.ParamName, Parameter.Name, StringComparison.Ordinal))
        {
            // A string that is refused for what it says may be refused so for being null.
            bool isNullString = Value is null && Parameter.ParameterType == typeof(string);
            return isNullString || Expected.IsInstanceOfType(e) ? null : Wanted($"it threw {e.GetType().Name}");
        }
        catch (Exception e)
        {
            return Wanted($"it threw {e.GetType().Name}: {e.Message}");
        }
        finally
        {
            if (target is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else (target as IDisposable)?.Dispose();
        }
    }

    private string Wanted(string instead)
    {
        string value = Value is null ? "null" : LiteralText.Of(Value, Value.GetType());
        return $"for {value} it should throw {Expected.Name} for '{Parameter.Name}' at the call, but {instead}";
    }

    private static object?[] WrongValues(ParameterInfo parameter)
    {
        // A parameter of type T that T = int was filled in for is not a count.
        MethodBase method = parameter.Member.Module.ResolveMethod(parameter.Member.MetadataToken)!;
        ParameterInfo written = method.GetParameters()[parameter.Position];
        Type type = Nullable.GetUnderlyingType(written.ParameterType) ?? written.ParameterType;
        if (type == typeof(TimeSpan)) return [TimeSpan.FromSeconds(-2)];
        if (type == typeof(int)) return [int.MinValue];
        if (type == typeof(long)) return [(long)int.MinValue];
        return IsNeverNull(written) && !parameter.ParameterType.IsValueType ? [null] : [];
    }

    private static bool IsNeverNull(ParameterInfo written)
    {
        if (written.IsOut || written.IsDefined(typeof(AllowNullAttribute))) return false;
        if (Nullability.Flags(written, written.Member)[0] is not Nullability.NotNull) return false;
        Type type = written.ParameterType;
        return !type.IsGenericParameter || Nullability.OfTypeParameter(type) is Nullability.NotNull;
    }
}
