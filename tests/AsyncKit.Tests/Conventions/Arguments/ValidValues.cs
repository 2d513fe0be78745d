using System.IO.Pipelines;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Http;
using AsyncKit.IO;
using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Diagnostics;
using AsyncKit.Timing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Tests.Conventions;

/// <summary>A value for every type that the public surface takes or is called on.</summary>
/// <remarks>
/// The table has what cannot be made by rule. By rule: a delegate gives a value of its return type, a struct is its
/// default, and a class is made by its shortest public constructor.
/// </remarks>
internal static class ValidValues
{
    // A wait for a condition variable is given a hold of its lock.
    private static readonly AsyncLock _heldLock = new();
    private static readonly AsyncLock.Lease _hold = _heldLock.Lock();

    private static readonly Dictionary<Type, Func<object>> _table = new()
    {
        [typeof(bool)] = () => true,
        [typeof(int)] = () => 1,
        [typeof(long)] = () => 1L,
        [typeof(double)] = () => 1.0,
        [typeof(string)] = () => Path.Combine(Path.GetTempPath(), "argument"),
        [typeof(TimeSpan)] = () => TimeSpan.FromSeconds(1),
        [typeof(Uri)] = () => new Uri("http://localhost/"),
        [typeof(Task)] = () => Task.CompletedTask,
        [typeof(TimeProvider)] = () => new ManualTimeProvider(),
        [typeof(TimeZoneInfo)] = () => TimeZoneInfo.Utc,
        [typeof(HttpMethod)] = () => HttpMethod.Get,
        [typeof(HttpMessageHandler)] = () => new HttpStub(),
        [typeof(OutboundPolicy)] = () => OutboundPolicy.PublicInternetOnly,
        [typeof(FetchStream)] = OpenedStream,
        [typeof(FetchResponse)] = () => AnsweredResponse(),
        [typeof(IServiceCollection)] = () => new ServiceCollection(),
        [typeof(IHttpClientBuilder)] = () => new ServiceCollection().AddHttpClient("argument"),
        [typeof(IConfigurationSection)] = () => new ConfigurationBuilder().Build().GetSection("argument"),
        [typeof(HttpRule)] = () => new HttpStub().OnAny(),
        [typeof(DuplexStream)] = () => new DuplexPair().Client,
        [typeof(StreamFaults)] = () => StreamFaults.None,
        [typeof(TestEnv)] = EnvOfARun,
        [typeof(VirtualTime)] = () => EnvOfARun().Time,
        [typeof(Stream)] = () => new MemoryStream(),
        [typeof(byte[])] = () => new byte[2],
        [typeof(LineWriter)] = () => LineWriter.CreateAtomic(Path.GetTempPath() + Path.GetRandomFileName()),
        [typeof(AppendLog)] = () => Result(AppendLog.OpenAsync(Path.GetTempFileName())),
        [typeof(FileLock)] = () => Result(AsyncFiles.LockAsync(Path.GetTempFileName())),
        [typeof(TemporaryPath)] = () => Result(AsyncFiles.CreateTempFileAsync()),
        [typeof(SafeFileHandle)] = () => File.OpenHandle(Path.GetTempFileName()),
        [typeof(PipeReader)] = () => PipeReader.Create(new MemoryStream()),
        [typeof(AsyncDiagnosticsListener)] = () => new RecordingListener(new()),
        [typeof(AsyncLock.Lease)] = () => _hold,
        [typeof(TaskGroup)] = RunningGroup,
        [typeof(EventLoop)] = () => EventLoop.Start(),
        [typeof(TimeoutScope)] = RunningScope,
        [typeof(IReadOnlyCollection<Exception>)] = () => new Exception[] { new IOException("fault") },
        [typeof(AsyncConditionVariable)] = () => new AsyncConditionVariable(_heldLock),
    };

    private static FetchStream OpenedStream() =>
        (FetchStream)Result(new ValueTask<FetchStream>(AnsweringFetcher().OpenReadAsync(new Uri("http://localhost/"))));

    private static FetchResponse AnsweredResponse() =>
        (FetchResponse)Result(new ValueTask<FetchResponse>(AnsweringFetcher().GetAsync(new Uri("http://localhost/"))));

    private static HttpFetcher AnsweringFetcher()
    {
        var server = new HttpStub();
        server.OnAny().Reply(System.Net.HttpStatusCode.OK, "1").Forever();
        return new HttpFetcher(server);
    }

    // A group that lasts as long as the tests do.
    private static TaskGroup RunningGroup()
    {
        TaskGroup? running = null;
        _ = TaskGroup.RunAsync(group =>
        {
            running = group;
            return new TaskCompletionSource().Task;
        });
        return running!;
    }

    private static TimeoutScope RunningScope()
    {
        TimeoutScope? running = null;
        _ = Timeouts.RunAsync(
            (scope, _) =>
            {
                running = scope;
                return new TaskCompletionSource().Task;
            },
            Deadline.Never);
        return running!;
    }

    private static object Result<T>(ValueTask<T> making)
    {
        object? made = null;
        using var isMade = new ManualResetEventSlim();
        _ = WaitAsync();
        isMade.Wait();
        return made!;

        async Task WaitAsync()
        {
            made = await making.ConfigureAwait(false);
            isMade.Set();
        }
    }

    // Strings that say something, by the name of the parameter.
    private static readonly Dictionary<string, string> _words = new(StringComparer.Ordinal)
    {
        ["token"] = "AK1-AADu",
    };

    // Made by the generic method of that name, for the type arguments of what is asked for.
    private static readonly Dictionary<Type, (Type Owner, string Method)> _genericTable = new()
    {
        [typeof(Task<>)] = (typeof(Task), nameof(Task.FromResult)),
        [typeof(IEnumerable<>)] = (typeof(ValidValues), nameof(Only)),
        [typeof(JsonTypeInfo<>)] = (typeof(ValidValues), nameof(TypeInfoOf)),
        [typeof(LineFolder<>)] = (typeof(ValidValues), nameof(FolderOf)),
        [typeof(IAsyncEnumerable<>)] = (typeof(AsyncEnumerable), nameof(AsyncEnumerable.Empty)),
    };

    private static TestEnv EnvOfARun()
    {
        TestEnv? made = null;
        using var hasBegun = new ManualResetEventSlim();
        _ = AsyncTest.RunAsync(env =>
        {
            made = env;
            hasBegun.Set();
            return Task.CompletedTask;
        });
        hasBegun.Wait();
        return made!;
    }

    /// <summary>How a type is written as JSON.</summary>
    public static JsonTypeInfo<T> TypeInfoOf<T>() =>
        (JsonTypeInfo<T>)JsonSerializerOptions.Default.GetTypeInfo(typeof(T));

    /// <summary>A delegate that expression trees cannot make, for it takes a span.</summary>
    public static LineFolder<T> FolderOf<T>() => static (ref T accumulate, ReadOnlySpan<byte> line) => { };

    /// <summary>A sequence of one valid element.</summary>
    public static IEnumerable<T> Only<T>(T element) => [element];

    /// <summary>A valid argument: the default value where there is one.</summary>
    public static object? Of(ParameterInfo parameter) =>
        parameter.HasDefaultValue && (parameter.DefaultValue is not null || !parameter.ParameterType.IsValueType)
            ? parameter.DefaultValue
            : parameter.ParameterType == typeof(string) && _words.TryGetValue(parameter.Name!, out string? word)
            ? word
            : Of(parameter.ParameterType);

    /// <summary>A new value of a type.</summary>
    public static object Of(Type type)
    {
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (_table.TryGetValue(type, out Func<object>? make)) return make();
        Type open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        if (_genericTable.TryGetValue(open, out (Type Owner, string Method) maker))
            return Call(maker.Owner, maker.Method, type.GetGenericArguments());
        if (type.IsSubclassOf(typeof(Delegate))) return DelegateOf(type);
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, 0);
        return type.IsValueType ? Activator.CreateInstance(type)! : Construct(type);
    }

    private static object Call(Type owner, string name, Type[] types)
    {
        MethodInfo method = owner.GetMember(name).OfType<MethodInfo>().Single(method => method.IsGenericMethod);
        return method.MakeGenericMethod(types).Invoke(null, [.. types.Take(method.GetParameters().Length).Select(Of)])!;
    }

    private static Delegate DelegateOf(Type type)
    {
        MethodInfo invoke = type.GetMethod("Invoke")!;
        Expression body = invoke.ReturnType == typeof(void)
            ? Expression.Empty()
            : Expression.Constant(Of(invoke.ReturnType), invoke.ReturnType);
        IEnumerable<ParameterExpression> parameters =
            invoke.GetParameters().Select(parameter => Expression.Parameter(parameter.ParameterType));
        return Expression.Lambda(type, body, parameters).Compile(preferInterpretation: true);
    }

    private static object Construct(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors().MinBy(constructor => constructor.GetParameters().Length)
            ?? throw new NotSupportedException(
                $"A {TypeText.Of(type)} is needed to make the call. Mend: add one to the table of ValidValues.");
        return constructor.Invoke([.. constructor.GetParameters().Select(Of)]);
    }
}
