using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http.Tests.Servers;

/// <summary>Kestrel on real sockets in the process of the test, that misbehaves path by path as it is told.</summary>
internal sealed class FaultServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, (RequestDelegate[] Script, StrongBox<int> Next)> _scripts = new();

    private FaultServer(WebApplication application) => _application = application;

    /// <summary>HTTP/1.1.</summary>
    public Uri Root { get; private set; } = null!;

    /// <summary>HTTP/2 without TLS, for clients that know.</summary>
    public Uri Http2 { get; private set; } = null!;

    /// <summary>Both over TLS, with a certificate that nobody trusts.</summary>
    public Uri Secure { get; private set; } = null!;

    /// <summary>The requests so far: method, path with query, and the range that was asked for.</summary>
    public ConcurrentQueue<(string Method, string Path, string Range)> Requests { get; } = new();

    public static async Task<FaultServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, static port => port.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static port => port.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, static port => port.UseHttps(SelfSigned()));
        });
        WebApplication application = builder.Build();
        var server = new FaultServer(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        Uri[] addresses = [.. application.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.Select(static address => new Uri(address))];
        (server.Root, server.Http2, server.Secure) = (addresses[0], addresses[1], addresses[2]);
        return server;
    }

    /// <summary>Says what a path answers: one after the other, and the last for ever.</summary>
    /// <returns>The address of the path.</returns>
    public Uri On(string path, params RequestDelegate[] script)
    {
        _scripts[path] = (script, new StrongBox<int>());
        return new Uri(Root, path);
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        Requests.Enqueue((request.Method, request.Path + request.QueryString, request.Headers.Range.ToString()));
        if (!_scripts.TryGetValue(request.Path, out (RequestDelegate[] Script, StrongBox<int> Next) answer))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        int number = Interlocked.Increment(ref answer.Next.Value) - 1;
        await answer.Script[Math.Min(number, answer.Script.Length - 1)](context);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), password: null);
    }
}
