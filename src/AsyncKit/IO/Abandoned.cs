namespace AsyncKit.IO;

/// <summary>What is still being opened when nobody waits for it any more: the system cannot be called back.</summary>
internal static class Abandoned
{
    /// <summary>Closes it when it has been opened; that it could not be opened is nobody's concern.</summary>
    public static async Task CloseAsync<T>(Task<T> opening)
        where T : IAsyncDisposable
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ = opening.Exception;
        if (!opening.IsCompletedSuccessfully) return;
        T opened = await opening.ConfigureAwait(false);
        await opened.DisposeAsync().ConfigureAwait(false);
    }
}
