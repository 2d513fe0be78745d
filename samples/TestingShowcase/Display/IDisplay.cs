namespace TestingShowcase.Display;

/// <summary>Where the findings are printed.</summary>
internal interface IDisplay
{
    /// <summary>Prints what a part has seen.</summary>
    void Show(string title, string facts, Finding finding);

    /// <summary>Prints the sum of all parts.</summary>
    void Close(string sum, bool isGood);
}
