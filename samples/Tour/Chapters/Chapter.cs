namespace Tour.Chapters;

/// <summary>A concept of asynchronous programming, shown by a small program.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="About">What it shows, in a line.</param>
/// <param name="Page">The page of the documentation that explains it.</param>
/// <param name="ShowAsync">Shows it.</param>
internal sealed record Chapter(string Name, string About, string Page, Func<ChapterRun, Task> ShowAsync);
