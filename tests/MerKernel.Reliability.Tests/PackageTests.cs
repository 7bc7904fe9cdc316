using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MerKernel.Reliability.Tests;

/// <summary>
/// The library outside the checkout: packed, restored from a folder, and used by the program that its README shows.
/// </summary>
public sealed partial class PackageTests : IDisposable
{
    static readonly string[] s_packages = ["MerKernel", "MerKernel.Synthetic", "MerKernel.Reports", "MerKernel.Native"];

    readonly string _folder = Directory.CreateTempSubdirectory("mer-package-").FullName;

    string Feed => Path.Combine(_folder, "feed");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_program_in_an_empty_folder_trains_a_fold_and_prints_its_score()
    {
        Pack();
        Assert.All(s_packages, Inspect);

        var program = Path.Combine(_folder, "program");
        Directory.CreateDirectory(program);
        File.WriteAllText(Path.Combine(program, "Program.cs"), Code()
            .Match(File.ReadAllText(Path.Combine(Repository.Root, "src", "MerKernel", "README.md"))).Groups[1].Value);
        File.WriteAllText(Path.Combine(program, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MerKernel" Version="{Version}" />
                <PackageReference Include="MerKernel.Synthetic" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        // Our packages from the feed; the others, which this checkout was built with, from where they lie, so that the
        // test needs no network.
        File.WriteAllText(Path.Combine(program, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" /></config>
              <packageSources><clear /><add key="local" value="{Feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="cache" value="{Cache}" /></fallbackPackageFolders>
            </configuration>
            """);

        // Linked instead of copied: libtorch is 600 MB.
        Run(program, "dotnet", "build", "-c", "Release", "-v", "q", "--nologo", "-p:NuGetAudit=false",
            "-p:CreateHardLinksForCopyLocalIfPossible=true");
        var output = Run(program, "dotnet", Path.Combine("bin", "Release", "net10.0", "program.dll"));
        Assert.Matches(@"subject 01: [0-4] of 4 clips, UF1 [01]\.\d{3}\n$", output);

        // The C# kernel is a tool of the same feed.
        var (tools, jupyter) = (Path.Combine(_folder, "tools"), Path.Combine(_folder, "jupyter"));
        Run(program, "dotnet", "tool", "install", "--tool-path", tools, "CSharpJupyter", "--version", Version);
        Run(program, Path.Combine(tools, "csharp-jupyter"), "install", "--data-dir", jupyter);
        Assert.Contains(tools, File.ReadAllText(Path.Combine(jupyter, "kernels", "csharp", "kernel.json")));
    }

    static string Version { get; } = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"))
        .Descendants("Version").Single().Value;

    static string Cache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
        ? named : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    void Pack() => Run(Repository.Root, "dotnet", "msbuild", Path.Combine("build", "Packages.proj"), "-v:q", "-nologo",
        $"-p:PackageOutputPath={Feed}");

    /// <summary>What every package has to have, read from the archive.</summary>
    void Inspect(string package)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(Feed, $"{package}.{Version}.nupkg"));
        var names = archive.Entries.Select(e => e.FullName).ToList();
        Assert.Contains("README.md", names);
        Assert.Contains($"lib/net10.0/{package}.dll", names);
        Assert.Contains($"lib/net10.0/{package}.xml", names);
        string[] more = package switch
        {
            "MerKernel" => ["buildTransitive/MerKernel.targets", "buildTransitive/WeakenVersionNeed.cs",
                "runtimes/linux-x64/native/libmerdlib.so"],
            "MerKernel.Native" =>
                ["runtimes/linux-x64/native/libmerkernels.so", "runtimes/linux-x64/native/libmercuda.so"],
            _ => [],
        };
        Assert.All(more, file => Assert.Contains(file, names));
        // Not the 600 MB of libtorch, nor another project's assembly.
        Assert.Equal(1 + more.Count(f => f.EndsWith(".so", StringComparison.Ordinal)), names.Count(n =>
            n.EndsWith(".dll", StringComparison.Ordinal) || n.EndsWith(".so", StringComparison.Ordinal)));

        using var stream = archive.GetEntry($"{package}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        string Of(string name) => metadata.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
        Assert.Equal((package, Version, "MIT", "README.md"), (Of("id"), Of("version"), Of("license"), Of("readme")));
        Assert.True(Of("description").Length > 60, Of("description"));
        Assert.Equal("git", metadata.Elements().Single(e => e.Name.LocalName == "repository").Attribute("type")!.Value);
        Assert.All(metadata.Descendants().Where(e => e.Name.LocalName == "dependency"
            && e.Attribute("id")!.Value.StartsWith("MerKernel", StringComparison.Ordinal)),
            dependency => Assert.Equal(Version, dependency.Attribute("version")!.Value));
    }

    /// <summary>
    /// Runs a program in a folder and returns what it prints; one that fails, or takes more than five minutes, fails
    /// the test with what it said.
    /// </summary>
    static string Run(string folder, params string[] line)
    {
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true
        };
        // Of the test host and of the launcher; a stranger's shell has none of them.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD",
            StringComparison.OrdinalIgnoreCase) || k.StartsWith("MER_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(20))) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{string.Join(' ', line)} in {folder} ended with {process.ExitCode}:\n{output.Result}{errors.Result}");
        return output.Result;
    }

    [GeneratedRegex(@"(?s)```csharp\n(.*?)```")]
    private static partial Regex Code();
}
