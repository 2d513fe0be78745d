namespace Tour.Site;

/// <summary>The ways in which pages write the address of another page of the same site.</summary>
internal enum LinkForm
{
    /// <summary><c>http://127.0.0.1:5000/pages/7</c></summary>
    Absolute,

    /// <summary><c>/pages/7</c></summary>
    FromRoot,

    /// <summary><c>7</c>, or <c>pages/7</c> on the first page.</summary>
    FromHere,

    /// <summary><c>../pages/7</c>, or <c>./pages/7</c> on the first page.</summary>
    Dotted,
}
