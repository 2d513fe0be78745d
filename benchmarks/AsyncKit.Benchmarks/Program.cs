using BenchmarkDotNet.Running;

// For example: dotnet run -c Release --project benchmarks/AsyncKit.Benchmarks -- --filter '*BoundedRunner*'
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
