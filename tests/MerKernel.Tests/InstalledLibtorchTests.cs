using System.Xml.Linq;

namespace MerKernel.Tests;

public class InstalledLibtorchTests
{
    [Fact]
    public void The_version_demanded_is_the_one_of_the_packaged_libtorch()
    {
        var packages = XDocument.Load(Path.Combine(RepositoryRoot.Find(), "Directory.Packages.props")).Descendants("PackageVersion")
            .Where(p => p.Attribute("Include")!.Value.StartsWith("libtorch-", StringComparison.Ordinal)).Select(p => p.Attribute("Version")!.Value);
        Assert.Equal(InstalledLibtorch.Version, Assert.Single(packages.Distinct()));
    }

    [Fact]
    public void A_folder_without_libtorch_and_a_program_with_one_of_its_own_are_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("has no libtorch_cpu.so", Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, folder.Path)).Message);
        File.WriteAllText(folder.File("libtorch_cpu.so"), "no library");
        Assert.Contains("of its own", Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, folder.Path)).Message);
        Assert.Contains("cannot be loaded", Assert.Throws<UserErrorException>(() => InstalledLibtorch.Load(folder.Path, "/nowhere")).Message);
    }
}
