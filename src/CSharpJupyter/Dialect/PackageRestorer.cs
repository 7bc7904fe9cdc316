using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security;
using CSharpJupyter.Kernel;

namespace CSharpJupyter.Dialect;

/// <summary>
/// <c>#r "nuget: ..."</c> through <c>dotnet restore</c> on a project made for the purpose, which lists all packages of
/// the session, so that NuGet itself settles versions, sources and native assets. A set restored once is not restored
/// again.
/// </summary>
sealed class PackageRestorer
{
    static readonly string Cache = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "csharp-jupyter", "packages");
    static readonly string Rid = $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    readonly SortedDictionary<string, string> _packages = new(StringComparer.OrdinalIgnoreCase);
    readonly List<string> _sources = [];
    int _proven;

    public void AddSource(string source)
    {
        if (!_sources.Contains(source)) _sources.Add(source);
    }

    /// <summary>Files that the session's packages consist of, after the new ones were added and loaded.</summary>
    /// <exception cref="CellFailedException">NuGet could not restore them, or they cannot be loaded.</exception>
    public RestoredPackages Restore(IReadOnlyList<PackageRequest> requests, CancellationToken cancel,
        Action<RestoredPackages> load)
    {
        var added = new List<string>();
        try
        {
            var restored = Restore(requests, added, cancel);
            load(restored);
            return restored;
        }
        catch
        {
            // What failed, or was interrupted, would fail every later restore too.
            added.ForEach(id => _packages.Remove(id));
            _sources.RemoveRange(_proven, _sources.Count - _proven);
            throw;
        }
    }

    RestoredPackages Restore(IReadOnlyList<PackageRequest> requests, List<string> added, CancellationToken cancel)
    {
        foreach (var request in requests)
        {
            if (_packages.TryGetValue(request.Id, out var old) && old != request.Version && request.Version != "*")
                throw new CellFailedException("PackageVersion",
                    $"#r: {request.Id} {old} is in use; restart the kernel to use {request.Version}.");
            if (_packages.TryAdd(request.Id, request.Version)) added.Add(request.Id);
        }
        var project = Project();
        var folder = Path.Combine(Cache,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(project)))[..16]);
        var assets = Path.Combine(folder, "obj", "project.assets.json");
        if (!File.Exists(assets) || _packages.ContainsValue("*")) RunRestore(folder, project, cancel);
        try { return Read(assets); }
        catch (FileNotFoundException)
        {
            // The package cache was emptied since.
            RunRestore(folder, project, cancel);
            return Read(assets);
        }
    }

    string Project() => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
            <RuntimeIdentifier>{Rid}</RuntimeIdentifier>
            <SelfContained>false</SelfContained>
            <RestoreAdditionalProjectSources>{SecurityElement.Escape(string.Join(';', _sources))}</RestoreAdditionalProjectSources>
            <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
        {string.Join("\n", _packages.Select(p => $"    <PackageReference Include=\"{SecurityElement.Escape(p.Key)}\" Version=\"{SecurityElement.Escape(p.Value)}\" />"))}
          </ItemGroup>
        </Project>
        """;

    void RunRestore(string folder, string project, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "packages.csproj"), project);
        var start = new ProcessStartInfo(DotNet.Program)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true
        };
        foreach (var argument in new[] { "restore", "packages.csproj", "--nologo", "-v", "q" })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var stop = cancel.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        if (process.ExitCode == 0)
        {
            _proven = _sources.Count;
            return;
        }
        // NuGet leaves a list of its findings, which would pass for a restored set the next time.
        File.Delete(Path.Combine(folder, "obj", "project.assets.json"));
        var reasons = (output + error.Result).Split('\n').Where(l => l.Contains("error"))
            .Select(l => l[Math.Max(0, l.IndexOf("error", StringComparison.Ordinal))..]).Distinct().Take(3);
        throw new CellFailedException("PackageRestore",
            "#r: NuGet could not restore the packages.\n" + string.Join("\n", reasons));
    }

    static RestoredPackages Read(string assetsFile)
    {
        var assets = JsonNode.Parse(File.ReadAllText(assetsFile))!;
        var folders = assets["packageFolders"]!.AsObject().Select(f => f.Key).ToList();
        var target = assets["targets"]!.AsObject().First(t => t.Key.EndsWith("/" + Rid)).Value!.AsObject();
        var (managed, native, installed) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var (library, content) in target)
        {
            if (assets["libraries"]![library]!["path"]?.GetValue<string>() is not { } path) continue;
            installed.Add(library.Replace("/", ", "));
            managed.AddRange(Files(path, content!["runtime"]));
            native.AddRange(Files(path, content["native"]));
        }
        return new(managed, [.. native.Select(f => Path.GetDirectoryName(f)!).Distinct()], installed);

        IEnumerable<string> Files(string path, JsonNode? kind) =>
            (kind?.AsObject() ?? []).Select(f => f.Key).Where(f => !f.EndsWith("/_._")).Select(file =>
                folders.Select(folder => Path.Combine(folder, path, file)).FirstOrDefault(File.Exists)
                    ?? throw new FileNotFoundException(file));
    }
}

/// <summary>A NuGet package a notebook asks for; without a version, the newest.</summary>
sealed record PackageRequest(string Id, string Version)
{
    const string Scheme = "nuget:";

    /// <summary>Null when the text of a <c>#r</c> names no package.</summary>
    /// <exception cref="CellFailedException">It should, and does not.</exception>
    public static PackageRequest? Parse(string argument)
    {
        if (!argument.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var parts = argument.TrimStart()[Scheme.Length..].Split(',', 2, StringSplitOptions.TrimEntries);
        if (parts[0] == "" || parts[0].Any(c => !char.IsLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            throw new CellFailedException("PackageName",
                $"#r \"{argument}\" names no package; write #r \"nuget: NAME\" or #r \"nuget: NAME, VERSION\".");
        return new(parts[0], parts.Length > 1 && parts[1] != "" ? parts[1] : "*");
    }

    /// <summary>The folder or address that a <c>#i</c> names.</summary>
    public static string Source(string argument) =>
        argument.TrimStart().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? argument.TrimStart()[Scheme.Length..].Trim()
            : argument.Trim();
}

/// <summary>Managed files, folders of native files, and names with versions of restored packages.</summary>
sealed record RestoredPackages(IReadOnlyList<string> Managed, IReadOnlyList<string> NativeFolders,
    IReadOnlyList<string> Installed);
