using System.Reflection;
using Microsoft.DotNet.Interactive.Formatting;

namespace CSharpJupyter.Formatters;

/// <summary>Formatters for well-known libraries, registered when such a library is loaded; the kernel refers to none of them.</summary>
static class RichFormatters
{
    public static void Register()
    {
        Formatter.ListExpansionLimit = 20;
        AppDomain.CurrentDomain.AssemblyLoad += (_, e) => Register(e.LoadedAssembly);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies()) Register(assembly);
    }

    static void Register(Assembly assembly)
    {
    }
}
