using System.Reflection;
using System.Text.RegularExpressions;

namespace MerKernel.Tests;

/// <summary>
/// The arrows between projects and between the library's namespaces, as the compiler and the sources have them.
/// </summary>
public sealed partial class ArchitectureTests
{
    /// <summary>
    /// The library from the ground up: a namespace may name those of the lines above its own, and those it shares
    /// a line with.
    /// </summary>
    static readonly string[][] s_floors =
    [
        ["Faces", "Flow"],
        ["Data"],
        ["Cuda", "Models", "Weights", "Interpretability"],
        ["Evaluation"],
        ["Training", "Baselines"],
        ["Experiments"],
    ];

    [Theory]
    [InlineData("MerKernel", "")]
    [InlineData("MerKernel.Synthetic", "MerKernel")]
    [InlineData("MerKernel.Slurm", "MerKernel")]
    [InlineData("MerKernel.Reports", "MerKernel MerKernel.Synthetic")]
    [InlineData("mer", "MerKernel MerKernel.Native MerKernel.Reports MerKernel.Slurm MerKernel.Synthetic")]
    [InlineData("MerKernel.Native", "MerKernel")]
    public void A_project_refers_to_those_below_it_alone(string assembly, string expected)
    {
        var own = Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => n.StartsWith("MerKernel", StringComparison.Ordinal));
        Assert.Equal(expected, string.Join(' ', own.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_library_brings_no_package_of_a_surface_along()
    {
        string[] allowed = ["TorchSharp", "libtorch-cpu-linux-x64", "libtorch-cuda-12.8-linux-x64", "OpenCvSharp4",
            "OpenCvSharp4.official.runtime.linux-x64", "ExcelDataReader"];
        var project = File.ReadAllText(Path.Combine(Source("MerKernel"), "MerKernel.csproj"));
        Assert.Equal(allowed.Order(), Package().Matches(project).Select(m => m.Groups[1].Value).Order());
        Assert.DoesNotContain("ProjectReference", project);
    }

    [Fact]
    public void The_librarys_namespaces_form_no_circle()
    {
        var faults = from path in Directory.EnumerateDirectories(Source("MerKernel"))
                         .Where(d => Directory.EnumerateFiles(d, "*.cs").Any())
                     let folder = Path.GetFileName(path)
                     let floor = FloorOf(folder)
                     from file in Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
                     from named in Namespace().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).Distinct()
                     where s_floors.Any(f => f.Contains(named)) && FloorOf(named) > floor
                     select $"{Path.GetFileName(file)} of {folder} names {named}";
        Assert.Empty(faults);
    }

    [Fact]
    public void Commands_use_notebooks_and_display_and_are_used_by_neither()
    {
        var below = from folder in (string[])["Notebooks", "Display"]
                    from file in Directory.EnumerateFiles(Path.Combine(Source("MerKernel.Cli"), folder), "*.cs")
                    where File.ReadAllText(file).Contains("MerKernel.Cli.Commands", StringComparison.Ordinal)
                    select file;
        Assert.Empty(below);
    }

    static int FloorOf(string folder)
    {
        var floor = Array.FindIndex(s_floors, f => f.Contains(folder));
        return floor >= 0 ? floor : throw new InvalidOperationException(
            $"src/MerKernel/{folder} has no place in the house; give it one in {nameof(ArchitectureTests)}.");
    }

    static string Source(string project) => Path.Combine(RepositoryRoot.Find(), "src", project);

    [GeneratedRegex("<PackageReference Include=\"([^\"]+)\"")]
    private static partial Regex Package();

    [GeneratedRegex(@"\bMerKernel\.([A-Z]\w+)")]
    private static partial Regex Namespace();
}
