using System.Runtime.InteropServices;

namespace AsyncKit.Http;

/// <summary>How far a download has come.</summary>
/// <param name="BytesReceived">How many bytes of the file are there, those of earlier calls included.</param>
/// <param name="TotalBytes">How many it will have; <see langword="null"/> when the server does not say.</param>
/// <param name="BytesPerSecond">How fast it went over the last 5 seconds; zero at the beginning.</param>
/// <param name="Elapsed">The time since the body began.</param>
/// <param name="ResumedFrom">How many bytes were there from an earlier call.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct DownloadProgress(
    long BytesReceived, long? TotalBytes, double BytesPerSecond, TimeSpan Elapsed, long ResumedFrom);
