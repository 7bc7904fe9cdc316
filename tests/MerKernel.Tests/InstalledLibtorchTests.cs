using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace MerKernel.Tests;

public class InstalledLibtorchTests
{
    [Fact]
    public void The_version_demanded_is_the_one_of_the_packaged_libtorch()
    {
        var packages = XDocument.Load(Path.Combine(RepositoryRoot.Find(), "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Where(p => p.Attribute("Include")!.Value.StartsWith("libtorch-", StringComparison.Ordinal))
            .Select(p => p.Attribute("Version")!.Value);
        Assert.Equal(InstalledLibtorch.Version, Assert.Single(packages.Distinct()));
    }

    /// <summary>
    /// A library of a newer libstdc++, made on the spot: what TorchSharp's is for Debian 12 until a build changes it.
    /// </summary>
    [Fact]
    public void TorchSharp_in_a_program_that_refers_to_the_project_and_lacks_its_line_is_told_the_line()
    {
        using var folder = new TemporaryFolder();
        void Compile(params string[] arguments)
        {
            using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", .. arguments]))!;
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
        }
        File.WriteAllText(folder.File("new.c"), "void mer_new(void) { }");
        File.WriteAllText(folder.File("new.map"), "GLIBCXX_9.9.99 { mer_new; };");
        File.WriteAllText(folder.File("caller.c"), "void mer_new(void); void mer_old(void) { mer_new(); }");
        Compile("-Wl,-soname,libstdc++.so.6", $"-Wl,--version-script={folder.File("new.map")}", "-o",
            folder.File("new.so"), folder.File("new.c"));
        Compile("-o", folder.File("libLibTorchSharp.so"), folder.File("caller.c"), folder.File("new.so"));
        Assert.Contains("build/Program.targets", LoadContext.Refused(folder.File("MerKernel.dll")));
        Assert.True(File.Exists(Path.Combine(RepositoryRoot.Find(), "build", "Program.targets")));
        File.Delete(folder.File("libLibTorchSharp.so"));
        Assert.Null(LoadContext.Refused(folder.File("MerKernel.dll")));
    }

    /// <summary>
    /// Two libraries made on the spot: one calls four functions, the other has them all, or one of them.
    /// </summary>
    [Fact]
    public void A_library_that_lacks_functions_is_refused_with_the_first_of_them_and_one_that_has_all_serves()
    {
        using var folder = new TemporaryFolder();
        string Library(string name, string source)
        {
            File.WriteAllText(folder.File($"{name}.c"), source);
            using var compiler = Process.Start(new ProcessStartInfo("gcc",
                ["-shared", "-fPIC", "-o", folder.File($"{name}.so"), folder.File($"{name}.c")]))!;
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            return folder.File($"{name}.so");
        }
        var caller = Library("caller",
            "int mer_a(void); int mer_b(void); int mer_c(void); int mer_d(void); int all(void) { return mer_a() + " +
            "mer_b() + mer_c() + mer_d(); }");
        var whole = NativeLibrary.Load(Library("whole",
            "int mer_a(void) { return 1; } int mer_b(void) { return 2; } int mer_c(void) { return 3; } int " +
            "mer_d(void) { return 4; }"));
        var part = NativeLibrary.Load(Library("part", "int mer_b(void) { return 2; }"));
        Assert.Empty(InstalledLibtorch.Missing(caller, whole));
        Assert.Equal(["mer_a", "mer_c", "mer_d"], InstalledLibtorch.Missing(caller, part).Order());
        InstalledLibtorch.Demand("X holds libtorch 9.9", caller, whole);
        var refused = Assert.Throws<UserErrorException>(() =>
            InstalledLibtorch.Demand("X holds libtorch 9.9", caller, part)).Message;
        Assert.StartsWith("X holds libtorch 9.9, which lacks 3 of the functions", refused);
        Assert.All((string[])["mer_a", "mer_c", "mer_d"], name => Assert.Contains(name, refused));
        Assert.Contains("cannot be checked", Assert.Throws<UserErrorException>(() =>
            InstalledLibtorch.Demand("X", folder.File("none.so"), whole)).Message);
    }

    [Fact]
    public void A_folder_without_libtorch_and_a_program_with_one_of_its_own_are_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no libtorch_cpu.so",
            Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, folder.Path)).Message);
        File.WriteAllText(folder.File("libtorch_cpu.so"), "no library");
        Assert.Contains("of its own",
            Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, folder.Path)).Message);
        Assert.Contains("cannot be loaded",
            Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, "/nowhere")).Message);
    }
}
