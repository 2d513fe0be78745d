using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>What the runtime derives the objects from that stand in for an interface.</summary>
internal class ChaosProxy : DispatchProxy
{
    private object _inner = null!;
    private ChaosPlan _plan = null!;

    public static T Around<T>(T inner, ChaosPlan plan)
        where T : class
    {
        T outer = Create<T, ChaosProxy>();
        var proxy = (ChaosProxy)(object)outer;
        (proxy._inner, proxy._plan) = (inner, plan);
        return outer;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var call = new InterfaceCall(_inner, targetMethod!, args ?? []);
        if (TestEnv.Current is not { Decisions: { } decisions } env || !Touches(call.Method)) return call.Make();
        ReturnKind returns = ReturnKind.Of(call.Method.ReturnType);
        Mishap? mishap = _plan.Choose(env, call, returns.Possible(call));
        if (mishap is null) return call.Make();
        decisions.Mishaps.Add($"{call.Name} {mishap.Kind}");
        return returns.Make(call, mishap);
    }

    private bool Touches(MethodInfo method) =>
        !method.IsSpecialName
        && method.DeclaringType != typeof(IDisposable)
        && method.DeclaringType != typeof(IAsyncDisposable)
        && _plan.Methods(method);
}
