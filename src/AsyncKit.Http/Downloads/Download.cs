using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace AsyncKit.Http;

/// <summary>One download: from the question what there is already to the name of the finished file.</summary>
internal sealed class Download : IDisposable
{
    private readonly string _path;
    private readonly DownloadOptions _options;
    private readonly IProgress<DownloadProgress>? _progress;
    private readonly TimeProvider _time;
    private readonly DownloadSource _source;

    private Download(
        FetchEngine engine,
        FetchRequest request,
        string path,
        DownloadOptions options,
        IProgress<DownloadProgress>? progress)
    {
        (_path, _options, _progress, _time) = (path, options, progress, engine.Options.TimeProvider);
        _source = new DownloadSource(engine, request);
    }

    public static Task<DownloadResult> RunAsync(
        FetchEngine engine,
        FetchRequest request,
        string path,
        DownloadOptions? options,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= DownloadOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        if (request.Method != HttpMethod.Get || request.Body is not null)
        {
            throw new ArgumentException(
                $"A download is a GET without a body, but was a {request.Method}.", nameof(request));
        }

        if (request.Headers.Range is not null || request.Headers.IfRange is not null)
            throw new ArgumentException("A download asks for ranges itself, but the request has one.", nameof(request));
        return RunAndDisposeAsync(new Download(engine, request, path, options, progress), cancellationToken);
    }

    public void Dispose() => _source.Dispose();

    private static async Task<DownloadResult> RunAndDisposeAsync(Download download, CancellationToken cancellationToken)
    {
        using (download)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await download.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DownloadResult> RunAsync(CancellationToken cancellationToken)
    {
        string target = await FindTargetAsync(cancellationToken).ConfigureAwait(false);
        if (!_options.Overwrite && Path.Exists(target))
            throw new IOException($"'{target}' exists, and Overwrite is false.");
        using PartFile part = await PartFile.OpenAsync(target, _options.Durability, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return await FillAsync(part, target, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await part.AbandonAsync(_options.KeepPartial).ConfigureAwait(false);
            throw;
        }
    }

    // In a folder the server may name the file: then it has to be asked before it is known whether a part is there.
    private async Task<string> FindTargetAsync(CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(_path);
        bool isFolder = Path.EndsInDirectorySeparator(path)
            || await Task.Run(() => Directory.Exists(path), cancellationToken).ConfigureAwait(false);
        if (!isFolder) return path;
        ContinuedBody probe = await _source.AskAsync(cancellationToken).ConfigureAwait(false);
        return Path.Combine(path, DownloadName.Of(HeaderOf(probe.Response, "Content-Disposition"), probe.Uri));
    }

    private async Task<DownloadResult> FillAsync(PartFile part, string target, CancellationToken cancellationToken)
    {
        long from = await StartAsync(part, cancellationToken).ConfigureAwait(false);
        try
        {
            return await FillAsync(part, target, from, cancellationToken).ConfigureAwait(false);
        }
        catch (FetchException e) when (e.Failure is FetchFailure.ContentMismatch && !part.IsDeleted)
        {
            // The body broke off, and when its rest was asked for, there was another version.
            await _source.AskAsync(cancellationToken).ConfigureAwait(false);
            await part.BeginAsync(Describe(_source.Body!)).ConfigureAwait(false);
            return await FillAsync(part, target, from: 0, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<DownloadResult> FillAsync(
        PartFile part, string target, long from, CancellationToken cancellationToken)
    {
        ContinuedBody body = _source.Body!;
        using var hashes = new DownloadHashes();
        using (var writer = new DownloadWriter(part, hashes, _time))
        {
            if (part.Record!.Length > _options.MaxBytes) throw body.FailTooLarge(_options.MaxBytes.Value);
            await PromiseAsync(part, hashes, writer.Free, cancellationToken).ConfigureAwait(false);
            var meter = new ProgressMeter(_progress, _time, from, part.Record.Length);
            meter.Tell(from);
            if (body.Response.IsSuccessStatusCode)
                await CopyAsync(body, writer, meter, cancellationToken).ConfigureAwait(false);
            await VerifyAsync(part, body, hashes).ConfigureAwait(false);
            meter.Tell(part.Length);
        }

        await part.PublishAsync(_options.Overwrite, cancellationToken).ConfigureAwait(false);
        return new DownloadResult
        {
            Path = target,
            Length = part.Length,
            Sha256 = Convert.ToHexStringLower(hashes.Sha256.GetCurrentHash()),
            ETag = body.Response.Headers.ETag?.ToString() ?? part.Record.ETag,
            ResumedFrom = from,
            Attempts = _source.Attempts,
        };
    }

    /// <returns>How many bytes need not be fetched again.</returns>
    private async Task<long> StartAsync(PartFile part, CancellationToken cancellationToken)
    {
        ContinuedBody? probe = _source.Body;
        bool isOther = probe is not null && !Equals(probe.Representation.Validator, part.Record?.Validator);
        if (!isOther && part.Record is { } record && record.IsBeginningOf(_source.Name))
        {
            if (await _source.AskForRestAsync(record, cancellationToken).ConfigureAwait(false))
            {
                await part.ResumeAsync().ConfigureAwait(false);
                return part.Length;
            }
        }
        else if (probe is null) await _source.AskAsync(cancellationToken).ConfigureAwait(false);

        await part.BeginAsync(Describe(_source.Body!)).ConfigureAwait(false);
        return 0;
    }

    private PartRecord Describe(ContinuedBody body)
    {
        Representation whole = body.Representation;
        return new PartRecord
        {
            Source = _source.Name,
            ETag = whole.IsPlain ? whole.Validator?.ToString() : null,
            Length = whole.Length,
            Digests = whole.IsPlain
                ? HeaderOf(body.Response, "Repr-Digest") ?? HeaderOf(body.Response, "Content-Digest")
                : null,
        };
    }

    private async ValueTask PromiseAsync(
        PartFile part, DownloadHashes hashes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = _source.Body!.Response;
        List<IncrementalHash> ofWhole = [hashes.Sha256];
        if (_options.Sha256 is { } hash)
        {
            ofWhole.Add(hashes.Expect(new ContentDigest(
                "the caller", HashAlgorithmName.SHA256, Convert.FromHexString(hash))));
        }

        if (_options.VerifyDigests)
        {
            bool isPart = response.StatusCode is HttpStatusCode.PartialContent;
            string? whole = (isPart ? HeaderOf(response, "Repr-Digest") : null) ?? part.Record!.Digests;
            if (ContentDigest.Read("the server", whole) is { } digest) ofWhole.Add(hashes.Expect(digest));
            if (isPart && ContentDigest.Read("the server", HeaderOf(response, "Content-Digest")) is { } rest)
                hashes.Expect(rest);
        }

        await part.HashAsync(ofWhole, buffer, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(
        ContinuedBody body, DownloadWriter writer, ProgressMeter meter, CancellationToken cancellationToken)
    {
        long most = _options.MaxBytes ?? long.MaxValue;
        try
        {
            while (await body.ReadAsync(writer.Free, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                if (writer.Length + read > most) throw body.FailTooLarge(most);
                await writer.AddAsync(read).ConfigureAwait(false);
                meter.Look(writer.Length);
            }
        }
        finally
        {
            // What has come before a failure need not come again.
            await writer.FlushAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask VerifyAsync(PartFile part, ContinuedBody body, DownloadHashes hashes)
    {
        string? mismatch = part.Record!.Length is { } length && length != part.Length
            ? $"{length} bytes were promised, and {part.Length} came"
            : hashes.FindMismatch();
        if (mismatch is null) return;
        await part.DeleteAsync().ConfigureAwait(false);
        throw body.FailMismatch(mismatch);
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values)
            || response.Content.Headers.NonValidated.TryGetValues(name, out values)
            ? values.ToString()
            : null;
}
