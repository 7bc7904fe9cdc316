// Modes, signals and mounts are Linux things, as is the project.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace MerKernel.Reliability.Tests;

/// <summary>The checkout that the tests were built in.</summary>
static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "MerNotebooks.sln")) ? folder : Above(Path.GetDirectoryName(folder)!);
}
