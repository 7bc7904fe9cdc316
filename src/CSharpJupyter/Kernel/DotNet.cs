using System.Runtime.InteropServices;

namespace CSharpJupyter.Kernel;

/// <summary>
/// The <c>dotnet</c> whose runtime runs this process: a front end started from a desktop may have another search path, or none that finds it, and an installed
/// tool is started by a program of its own.
/// </summary>
static class DotNet
{
    public static string Program =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")) is var beside && File.Exists(beside) ? beside : "dotnet";
}
