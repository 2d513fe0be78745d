namespace AsyncKit.Testing;

/// <summary>A method that gives its result, or none, when it returns.</summary>
internal sealed class PlainReturn : ReturnKind
{
    public override ChaosKinds Possible(InterfaceCall call) =>
        ChaosKinds.FailBefore | ChaosKinds.FailAfter | ChaosKinds.Duplicate;

    public override object? Make(InterfaceCall call, Mishap mishap)
    {
        mishap.Before();
        if (mishap.Repeats) call.MakeBefore();
        object? result = call.Make();
        mishap.After();
        return result;
    }
}
