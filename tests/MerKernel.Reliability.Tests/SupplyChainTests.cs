using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace MerKernel.Reliability.Tests;

/// <summary>What the project is built from.</summary>
public class SupplyChainTests(ITestOutputHelper log)
{
    [Fact]
    public void Every_package_stands_in_environment_md_with_its_version_licence_and_reason()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "environment.md")).Where(l => l.StartsWith('|'))
            .Select(l => l.Trim('|').Split('|', StringSplitOptions.TrimEntries)).Where(c => c.Length == 4)
            .SelectMany(c => c[0].Split(", ").Select((name, i) => (Name: name.Trim('`'),
                Version: c[1].Split(", ") is var versions && versions.Length > 1 ? versions[i] : c[1], Licence: c[2],
                Reason: c[3])))
            .ToDictionary(r => r.Name);
        var packages = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(p => p.Attribute("Include")!.Value, p => p.Attribute("Version")!.Value);
        Assert.NotEmpty(packages);
        Assert.All(packages, package =>
        {
            Assert.True(rows.TryGetValue(package.Key, out var row), $"environment.md lacks {package.Key}");
            Assert.Equal((package.Key, package.Value), (package.Key, row.Version));
            Assert.Matches("MIT|BSD|Apache|LGPL|MPL", row.Licence);
            Assert.NotEmpty(row.Reason);
            // A pinned version is one version.
            Assert.DoesNotContain(package.Value, c => c is '*' or '[' or '(' or ',');
        });
    }

    [Fact]
    public void Every_project_is_locked_to_the_versions_that_are_pinned_and_every_indirect_package_to_one()
    {
        var pinned = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(p => p.Attribute("Include")!.Value, p => p.Attribute("Version")!.Value);
        var projects = new[] { "src", "tests", "benchmarks" }.SelectMany(f =>
            Directory.GetFiles(Path.Combine(Repository.Root, f), "*.csproj", SearchOption.AllDirectories)).ToList();
        Assert.NotEmpty(projects);
        Assert.All(projects, project =>
        {
            using var locked = JsonDocument.Parse(
                File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")));
            var packages = locked.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(f => f.Value.EnumerateObject())
                .Where(p => p.Value.GetProperty("type").GetString() != "Project").ToList();
            Assert.All(packages, package => Assert.Equal(64,
                Convert.FromBase64String(package.Value.GetProperty("contentHash").GetString()!).Length));
            var direct = packages.Where(p => p.Value.GetProperty("type").GetString() == "Direct").ToList();
            Assert.All(direct, package => Assert.Equal((package.Name, pinned[package.Name]),
                (package.Name, package.Value.GetProperty("resolved").GetString())));
            Assert.Equal(XDocument.Load(project).Descendants("PackageReference")
                .Where(p => p.Attribute("Condition")?.Value.Contains("== 'cuda'") != true)
                .Select(p => p.Attribute("Include")!.Value).Order(),
                direct.Select(p => p.Name).Distinct().Order());
        });
    }

    [Fact]
    public async Task No_package_is_known_to_be_vulnerable()
    {
        foreach (var project in new[]
        {
            "src/MerKernel.Cli/MerKernel.Cli.csproj", "src/CSharpJupyter/CSharpJupyter.csproj"
        })
        {
            var start = new ProcessStartInfo("dotnet", ["list", Path.Combine(Repository.Root, project), "package",
                "--vulnerable", "--include-transitive", "--format", "json", "--no-restore"])
            { RedirectStandardOutput = true, RedirectStandardError = true };
            // Of the test host; the command would take them for its own.
            foreach (var name in start.Environment.Keys
                .Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
                start.Environment.Remove(name);
            using var process = Process.Start(start)!;
            var reading = process.StandardError.ReadToEndAsync();
            var (output, errors) = (await process.StandardOutput.ReadToEndAsync(), await reading);
            await process.WaitForExitAsync();
            if (process.ExitCode != 0 || !output.TrimStart().StartsWith('{'))
            {
                Assert.Skip($"{project}: the audit source cannot be reached, nothing was checked: " +
                    (output + errors).Trim().Split('\n')[0]);
            }
            using var report = JsonDocument.Parse(output);
            var found = report.RootElement.GetProperty("projects").EnumerateArray()
                .Where(p => p.TryGetProperty("frameworks", out _)).Select(p => p.GetRawText()).ToList();
            Assert.True(found.Count == 0, string.Join('\n', found));
            log.WriteLine(
                $"{project}: no package with a known vulnerability, says {report.RootElement.GetProperty("sources")}");
        }
    }
}
