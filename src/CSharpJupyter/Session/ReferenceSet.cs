using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace CSharpJupyter.Session;

/// <summary>
/// Assemblies that cells may use: the framework, the formatting library, and the additions of <c>#r</c>. Everything is
/// loaded into the default load context; the folders of the additions are searched for managed and native dependencies.
/// </summary>
sealed class ReferenceSet
{
    readonly Lock _lock = new();
    readonly Dictionary<string, string> _platform;
    readonly Dictionary<string, string> _managed = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, Assembly> _cells = [];
    readonly List<string> _folders = [], _nativeFolders = [];
    ImmutableDictionary<string, MetadataReference> _references = ImmutableDictionary.Create<string, MetadataReference>(
        StringComparer.OrdinalIgnoreCase);

    public ReferenceSet()
    {
        _platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => p.EndsWith(".dll"))
            .GroupBy(p => Path.GetFileNameWithoutExtension(p), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase);
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        // Not the kernel's own libraries: completion should offer only the notebook's.
        foreach (var (name, path) in _platform)
            if (Path.GetDirectoryName(path) == framework || name is "CSharpJupyter"
                or "Microsoft.DotNet.Interactive.Formatting" or "Microsoft.AspNetCore.Html.Abstractions"
                or "Newtonsoft.Json")
                Add(name, path);
        AssemblyLoadContext.Default.Resolving += (_, name) => Resolve(name);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => ResolveNative(name);
    }

    /// <summary>Everything that cells may use.</summary>
    public IEnumerable<MetadataReference> All => _references.Values;

    /// <summary>
    /// The references that a submission must name: all, or none where none were added since the one before it, whose
    /// references it inherits. Naming all of them in every cell would cost half a megabyte each, because Roslyn binds
    /// them anew.
    /// </summary>
    /// <param name="known">The <see cref="Version"/> of the submission before.</param>
    public IEnumerable<MetadataReference> Since(int known) => known == Version ? [] : All;

    /// <summary>Grows with every reference that is added; never 0.</summary>
    public int Version { get; private set; }

    void Add(string name, string path)
    {
        _references = _references.SetItem(name, MetadataReference.CreateFromFile(path));
        Version++;
    }

    /// <summary>Cells' assemblies come from memory, so the runtime asks for them by name.</summary>
    public void Remember(Assembly cell)
    {
        lock (_lock) _cells[cell.GetName().Name!] = cell;
    }

    /// <summary>A folder that is searched for the native libraries of packages.</summary>
    public void AddNativeFolder(string folder)
    {
        lock (_lock) if (!_nativeFolders.Contains(folder)) _nativeFolders.Add(folder);
    }

    /// <summary>
    /// Refers to a file and to those of its dependencies that lie next to it; gives the assembly, or null where the
    /// framework has its own.
    /// </summary>
    /// <param name="path">A file, or the name of an assembly of the framework.</param>
    /// <exception cref="CellFailedException">
    /// No such file, no managed assembly, or another build of it is loaded already.
    /// </exception>
    public Assembly? Load(string path)
    {
        if (!File.Exists(path) && IsFrameworks(path)) return null;
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new CellFailedException("FileNotFound", $"#r: there is no file {path}.");
        if (ReadName(path) is not { } name)
            throw new CellFailedException("BadImageFormat", $"#r: {path} is no .NET assembly.");
        if (_platform.TryGetValue(name.Name, out var own))
        {
            // The framework's, or a library of the kernel's own, which is loaded and replaces any other build of it.
            if (!_references.ContainsKey(name.Name)) lock (_lock) Add(name.Name, own);
            if (Path.GetDirectoryName(own) + Path.DirectorySeparatorChar == AppContext.BaseDirectory
                && AssemblyName.GetAssemblyName(path).Version > AssemblyName.GetAssemblyName(own).Version)
                CellOutput.Current?.Write("stderr", $"#r: this kernel runs on {name.Name} " +
                    $"{Version(own)}, which cells get in the place of {Version(path)}.\n");
            return null;

            static string? Version(string file) => AssemblyName.GetAssemblyName(file).Version?.ToString(3);
        }
        var loaded = AssemblyLoadContext.Default.Assemblies.FirstOrDefault(a => a.GetName().Name == name.Name);
        if (loaded is not null && loaded.ManifestModule.ModuleVersionId != name.Id)
            throw new CellFailedException("AlreadyLoaded",
                $"#r: another build of {name.Name} is loaded already; restart the kernel to use {path}.");
        AddFolder(Path.GetDirectoryName(path)!);
        // The kernel's own helpers have these names. A library that was written for .NET Interactive finds its types,
        // a cell finds ours.
        if (name.Name.StartsWith("Microsoft.DotNet.Interactive", StringComparison.OrdinalIgnoreCase))
        {
            lock (_lock) _managed[name.Name] = path;
            return null;
        }
        ReferTo(name.Name, path, []);
        return loaded ?? AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
    }

    /// <summary>
    /// A name like System.Xml or System.Xml.dll, with or without version and key; the framework's assemblies are at
    /// hand anyway.
    /// </summary>
    bool IsFrameworks(string name)
    {
        name = name.Split(',')[0].Trim();
        return _references.ContainsKey(name)
            || name.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && _references.ContainsKey(name[..^4]);
    }

    void AddFolder(string folder)
    {
        lock (_lock)
        {
            if (_folders.Contains(folder)) return;
            _folders.Add(folder);
            _nativeFolders.Add(folder);
            _nativeFolders.Add(Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"));
            _nativeFolders.Add(Path.Combine(folder, "runtimes", "linux-x64", "native"));
        }
    }

    /// <summary>
    /// The dependencies too, so that a library's public types can be used without naming each assembly they come from.
    /// </summary>
    void ReferTo(string name, string path, HashSet<string> visited)
    {
        if (!visited.Add(name) || _references.ContainsKey(name)
            || name.StartsWith("Microsoft.DotNet.Interactive", StringComparison.OrdinalIgnoreCase))
            return;
        lock (_lock)
        {
            if (!_platform.ContainsKey(name)) _managed[name] = path;
            Add(name, _platform.GetValueOrDefault(name, path));
        }
        foreach (var dependency in ReadDependencies(path))
            if (Path.Combine(Path.GetDirectoryName(path)!, dependency + ".dll") is var beside && File.Exists(beside))
                ReferTo(dependency, beside, visited);
    }

    static (string Name, Guid Id)? ReadName(string path)
    {
        try
        {
            using var pe = new PEReader(File.OpenRead(path));
            if (!pe.HasMetadata) return null;
            var metadata = pe.GetMetadataReader();
            return (metadata.GetString(metadata.GetAssemblyDefinition().Name),
                metadata.GetGuid(metadata.GetModuleDefinition().Mvid));
        }
        catch (BadImageFormatException) { return null; }
    }

    static List<string> ReadDependencies(string path)
    {
        using var pe = new PEReader(File.OpenRead(path));
        var metadata = pe.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
    }

    Assembly? Resolve(AssemblyName name)
    {
        lock (_lock)
        {
            if (_cells.TryGetValue(name.Name!, out var cell)) return cell;
            if (_managed.TryGetValue(name.Name!, out var path))
                return AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
            foreach (var folder in _folders)
                if (Path.Combine(folder, name.Name + ".dll") is var file && File.Exists(file))
                    return AssemblyLoadContext.Default.LoadFromAssemblyPath(file);
        }
        return null;
    }

    nint ResolveNative(string name)
    {
        string[] spellings = [name, $"lib{name}.so", $"{name}.so", $"lib{name}"];
        lock (_lock)
            foreach (var folder in _nativeFolders)
                foreach (var spelling in spellings)
                    if (NativeLibrary.TryLoad(Path.Combine(folder, spelling), out var handle)) return handle;
        return 0;
    }
}
