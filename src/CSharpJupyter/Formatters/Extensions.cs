namespace CSharpJupyter.Formatters;

/// <summary>
/// How a library brings its own formatters without referring to this kernel: an assembly attribute
/// <c>[assembly: AssemblyMetadata("CSharpJupyter.Extension", "Some.Type")]</c> names a type whose public static
/// <c>Load()</c> is called when the assembly is referenced with <c>#r</c>.
/// </summary>
static class Extensions
{
    const string Key = "CSharpJupyter.Extension";
    static readonly HashSet<Assembly> Loaded = [];

    public static void Load(Assembly? assembly)
    {
        if (assembly is null || !Loaded.Add(assembly)) return;
        foreach (var attribute in assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Where(a => a.Key == Key))
            assembly.GetType(attribute.Value!, throwOnError: true)!
                .GetMethod("Load", BindingFlags.Public | BindingFlags.Static, [])!.Invoke(null, null);
    }
}
