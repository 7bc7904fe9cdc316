namespace CSharpJupyter.Kernel;

/// <summary>The <c>dotnet</c> that runs this process: a front end started from a desktop may have another search path, or none that finds it.</summary>
static class DotNet
{
    public static string Program => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
}
