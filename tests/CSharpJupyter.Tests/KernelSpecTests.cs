using System.Text.Json.Nodes;
using CSharpJupyter.Kernel;

namespace CSharpJupyter.Tests;

/// <summary>The files by which front ends find the kernel.</summary>
public sealed class KernelSpecTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    string? Install(string name = "csharp-mer") =>
        KernelSpecs.Install(_folder, name, "C# (MER)", [new("MER_ROOT", "/somewhere")]);

    string Other(string program)
    {
        var file = Path.Combine(_folder, "kernels", "csharp-mer", "kernel.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, new JsonObject
        {
            ["argv"] = new JsonArray("dotnet", program, "{connection_file}"), ["display_name"] = "other"
        }.ToJsonString());
        return file;
    }

    [Fact]
    public void A_spec_names_files_that_exist_by_absolute_paths_and_installing_again_changes_nothing()
    {
        var file = Install()!;
        var text = File.ReadAllText(file);
        var spec = JsonNode.Parse(text)!;
        Assert.Equal(Path.Combine(_folder, "kernels", "csharp-mer", "kernel.json"), file);
        var argv = spec["argv"]!.AsArray().Select(a => a!.GetValue<string>()).ToList();
        Assert.Equal(["sh", "watch.sh", "dotnet", "CSharpJupyter.dll"], argv[..^1].Select(Path.GetFileName));
        Assert.All(argv.Where(a => a.Contains('/')), p => Assert.True(Path.IsPathRooted(p) && File.Exists(p)));
        Assert.Equal(("{connection_file}", "C# (MER)", "message", "/somewhere"),
            (argv[^1], spec["display_name"]!.GetValue<string>(),
                spec["interrupt_mode"]!.GetValue<string>(), spec["env"]!["MER_ROOT"]!.GetValue<string>()));
        Install();
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void After_the_checkout_has_moved_installing_again_mends_the_spec()
    {
        Other("/an/old/place/artifacts/jupyter-kernel/CSharpJupyter.dll");
        Assert.Equal([("csharp-mer", "/an/old/place/artifacts/jupyter-kernel/CSharpJupyter.dll")],
            KernelSpecs.List(_folder));
        Assert.NotNull(Install());
        Assert.True(File.Exists(Assert.Single(KernelSpecs.List(_folder)).Program));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_a_message()
    {
        var file = Path.Combine(_folder, "data");
        File.WriteAllText(file, "no folder");
        var (before, said) = (Console.Error, new StringWriter());
        Console.SetError(said);
        try { Assert.Equal(1, SpecCommand.Run(["install", "--data-dir", file])); }
        finally { Console.SetError(before); }
        Assert.StartsWith("csharp-jupyter: ", said.ToString());
        Assert.Contains(file, said.ToString());
        Assert.Contains("JUPYTER_DATA_DIR", said.ToString());
        Assert.Single(said.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public void A_kernel_of_somebody_else_keeps_its_name()
    {
        var file = Other("/usr/share/dotnet-interactive/Microsoft.DotNet.Interactive.App.dll");
        var text = File.ReadAllText(file);
        Assert.Null(Install());
        Assert.False(KernelSpecs.Uninstall(_folder, "csharp-mer"));
        Assert.Empty(KernelSpecs.List(_folder));
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void What_is_installed_is_listed_and_removed()
    {
        Install();
        Install(".net-csharp");
        Assert.Equal([".net-csharp", "csharp-mer"], KernelSpecs.List(_folder).Select(s => s.Name));
        Assert.True(KernelSpecs.Uninstall(_folder, ".net-csharp"));
        Assert.False(KernelSpecs.Uninstall(_folder, ".net-csharp"));
        Assert.Equal(["csharp-mer"], KernelSpecs.List(_folder).Select(s => s.Name));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
