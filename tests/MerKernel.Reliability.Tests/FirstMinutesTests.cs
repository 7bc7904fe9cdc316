using System.Diagnostics;
using MerKernel.Reliability.Tests.Crash;

namespace MerKernel.Reliability.Tests;

/// <summary>
/// The launcher before anything is built, without write permission and without a network; a stub takes the place of
/// dotnet.
/// </summary>
public sealed class FirstMinutesTests : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("mer-minutes-").FullName;

    public FirstMinutesTests()
    {
        foreach (var file in (string[])["mer", "build/apt.sh", "src/MerKernel.Cli/help.txt", "global.json",
            "MerNotebooks.sln", "Directory.Build.props", "Directory.Build.targets"])
            Copy(file);
        Write("native/none/build.sh", "");
        foreach (var folder in (string[])["tests", "benchmarks", "build"])
            Directory.CreateDirectory(Path.Combine(_root, folder));
        File.SetUnixFileMode(_root, (UnixFileMode)0b111_101_101);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("--help")]
    [InlineData("")]
    public void Help_is_answered_before_anything_is_built(string argument)
    {
        Assert.Equal((0, File.ReadAllText(Path.Combine(_root, "src", "MerKernel.Cli", "help.txt")), ""), Mer(argument));
        Assert.False(Directory.Exists(Path.Combine(_root, "artifacts")));
    }

    [Theory]
    [InlineData("publish --help", "publish       Write a self-contained folder for a cluster\n" +
        "Usage: ./mer publish --cluster FOLDER\n")]
    [InlineData("test --help", "test          Run the tests\n")]
    [InlineData("test-slurm --help", "test-slurm    Run tables on a Slurm that the test starts\n")]
    public void A_command_of_the_launchers_own_is_explained_before_anything_is_built(string arguments, string said)
    {
        Assert.Equal((0, said, ""), Mer(arguments));
        Assert.False(Directory.Exists(Path.Combine(_root, "artifacts")));
    }

    [Theory]
    [InlineData("repro", "mer: there is no command 'repro'; did you mean reproduce? ./mer --help lists all\n")]
    [InlineData("tabels --json", "mer: there is no command 'tabels'; did you mean tables? ./mer --help lists all\n")]
    [InlineData("xyz", "mer: there is no command 'xyz'; ./mer --help lists all\n")]
    public void A_misspelt_command_is_named_before_anything_is_built(string arguments, string said)
    {
        Assert.Equal((1, "", said), Mer(arguments));
        Assert.False(Directory.Exists(Path.Combine(_root, "artifacts")));
    }

    [Fact]
    public void Disk_and_time_are_said_before_the_first_build()
    {
        var (_, _, errors) = Mer("doctor", dotnet: "exit 0");
        Assert.Matches(@"^mer: first call in this checkout: it downloads [\d.]+ GB .* [\d.]+ GB of disk .* minutes\n",
            errors);
        Assert.DoesNotContain("first call", Mer("doctor", dotnet: "exit 0").Errors);
    }

    [Fact]
    public void What_a_build_leaves_running_does_not_hold_up_the_next_call()
    {
        var servers = Path.Combine(_root, "servers");
        try
        {
            for (var call = 0; call < 2; call++)
                Assert.Equal(0, Mer("doctor", dotnet: $"sleep 600 >/dev/null 2>&1 & echo $! >>{servers}",
                    prefix: ["timeout", "100"]).ExitCode);
        }
        finally
        {
            foreach (var server in File.ReadLines(servers)) Process.GetProcessById(int.Parse(server)).Kill();
        }
    }

    [Fact]
    public void Without_a_network_one_message_says_what_is_needed()
    {
        const string error = "/x/MerKernel.csproj : error NU1301: Unable to load the service index for source " +
            "https://api.nuget.org/v3/index.json. [/x/mer.sln]";
        var (code, _, errors) = Mer("doctor", dotnet: $"echo '{error}'; echo '{error}'; exit 1");
        Assert.Equal(1, code);
        var said = errors.Split('\n').Where(l => l.StartsWith("mer: ", StringComparison.Ordinal)).ToList();
        Assert.Contains("mer: the build needs packages that are not here yet, and their source cannot be reached: " +
            "Unable to load the service index for source https://api.nuget.org/v3/index.json.", said[^2]);
        Assert.StartsWith("mer: connect to the network once (0.4 GB; ", said[^1]);
        Assert.DoesNotContain("NU1301", errors);
    }

    [Fact]
    public void One_variable_gives_the_numbers_of_a_processor_with_AVX2()
    {
        Assert.Equal(0, Mer("doctor", dotnet: "exit 0").ExitCode);
        var (code, output, errors) = Mer("tables", dotnet: "env", prefix: ["env", "MER_INSTRUCTIONS=avx2"]);
        Assert.Equal((0, ""), (code, errors));
        var set = output.Split('\n').Select(l => l.Split('=', 2)).Where(l => l is
            ["ATEN_CPU_CAPABILITY" or "ONEDNN_MAX_CPU_ISA" or "DOTNET_EnableAVX512", _]).Select(l => (l[0], l[1]))
            .ToArray();
        Assert.Equal(3, set.Length);
        using (var doctor = new MerProcess(_root, "doctor", environment: set))
            output = doctor.End().Output;
        Assert.Matches(@"native kernels .* with avx2\s*\n", output);
        Assert.Contains(" cores, AVX2;", output);

        (code, _, errors) = Mer("tables", prefix: ["env", "MER_INSTRUCTIONS=sse4"]);
        Assert.Equal((1, "mer: MER_INSTRUCTIONS is 'sse4'; use avx2, or unset it for all that the processor has\n"),
            (code, errors));
    }

    [Fact]
    public void A_built_checkout_serves_a_user_who_may_only_read_it()
    {
        Assert.Equal(0, Mer("doctor", dotnet: "exit 0").ExitCode);
        Directory.CreateDirectory(Path.Combine(_root, "artifacts"));
        var (code, output, errors) = AsReader("tables", dotnet: "echo \"$*\"");
        Assert.Equal((0, ""), (code, errors));
        Assert.EndsWith("mer.dll tables\n", output);

        // What has to be built is named, with the folder.
        File.SetLastWriteTimeUtc(Path.Combine(_root, "src", "MerKernel.Cli", "help.txt"),
            DateTime.UtcNow.AddMinutes(1));
        (code, _, errors) = AsReader("tables", dotnet: "exit 0");
        Assert.Equal(1, code);
        Assert.StartsWith($"mer: {_root} cannot be written by ", errors);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Who_may_only_read_a_checkout_keeps_data_and_results_elsewhere()
    {
        Assert.Equal(0, Mer("doctor", dotnet: "exit 0").ExitCode);
        const string places = "echo \"$MER_ROOT $MER_CHECKOUT\"";
        Assert.Equal((0, $"{_root} \n", ""), AsReader("tables", places));
        Assert.Equal((0, $"/my/mer {_root}\n", ""), AsReader("tables", places, "MER_ROOT=/my/x/../mer"));
        // The call that builds what is missing is another for the notebooks' kernel than for the program.
        var (code, _, errors) = AsReader("kernel list", "exit 0", "MER_ROOT=/my/mer");
        Assert.Equal(1, code);
        Assert.Contains("ask its owner to call ./mer kernel install there", errors);
        // A checkout is tested as it is.
        Assert.Equal((0, $"{_root} \n"), (Mer("bench", places, ["env", "MER_ROOT=/my/mer"]) is var (status, output, _)
            ? status : 1, output));
    }

    [Fact]
    public void A_checkout_that_was_never_built_and_cannot_be_written_is_named()
    {
        var (code, _, errors) = AsReader("tables", dotnet: "exit 0");
        Assert.Equal(1, code);
        Assert.StartsWith($"mer: {_root} cannot be written by ", errors);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.Equal(0, AsReader("--help").ExitCode);
    }

    [Fact]
    public void Services_that_name_no_home_and_no_folder_for_temporary_files_are_served()
    {
        Assert.Equal(0, Mer("doctor", dotnet: "exit 0").ExitCode);
        var (code, output, errors) = Mer("tables", "echo \"$HOME${TMPDIR-}\"",
            ["env", "-u", "HOME", "TMPDIR=/not/there"]);
        Assert.Equal((0, "mer: TMPDIR is /not/there, which is no folder that can be written; /tmp is used\n"),
            (code, errors));
        Assert.StartsWith("/", output);
        Assert.DoesNotContain("/not/there", output);
    }

    [Fact]
    public void Users_of_one_writable_checkout_do_not_stop_each_other()
    {
        Assert.Equal(0, Mer("doctor", dotnet: "exit 0").ExitCode);
        // As another user's are: to be read only, in a folder that can be written.
        foreach (var file in (string[])[".lock", ".set-up", ".built"])
            File.SetUnixFileMode(Path.Combine(_root, "artifacts", file), (UnixFileMode)0b100_100_100);
        File.WriteAllText(Path.Combine(_root, "artifacts", ".set-up.new"), "another machine\n");
        File.Move(Path.Combine(_root, "artifacts", ".set-up.new"), Path.Combine(_root, "artifacts", ".set-up"), true);
        File.SetUnixFileMode(Path.Combine(_root, "artifacts", ".set-up"), (UnixFileMode)0b100_100_100);
        File.SetLastWriteTimeUtc(Path.Combine(_root, "src", "MerKernel.Cli", "help.txt"),
            DateTime.UtcNow.AddMinutes(1));
        var (code, _, errors) = Mer("tables", "exit 0", MerProcess.Permitted?.Split(' '));
        Assert.True(code == 0, errors);
        Assert.DoesNotContain("denied", errors);
    }

    [Theory]
    [InlineData(0b111_101_101, "0022")]
    [InlineData(0b111_111_101, "0002")]
    public void What_is_written_for_a_group_is_the_groups_whatever_the_umask(int mode, string umask)
    {
        File.SetUnixFileMode(_root, (UnixFileMode)mode);
        string[] prefix = ["sh", "-c", "umask 022; exec \"$@\"", "sh"];
        Assert.Equal(0, Mer("doctor", $"test \"$(umask)\" = {umask}", prefix).ExitCode);
        Assert.Equal((0, $"{umask}\n", ""), Mer("tables", "umask", prefix));
    }

    [Theory]
    [InlineData("tables")]
    [InlineData("cards")]
    [InlineData("report")]
    [InlineData("runs list")]
    [InlineData("data truth")]
    [InlineData("plan")]
    public void A_store_that_is_not_there_is_an_error_where_it_is_only_read(string command)
    {
        var store = Path.Combine(_root, "typo");
        var (code, output, errors) = MerProcess.Run(_root, $"{command} --store {store}");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"mer: There is no run store {store}; look at its name, or compute one with mer reproduce " +
            $"--store {store}.\n", errors);
        Assert.False(Directory.Exists(store));
    }

    (int ExitCode, string Output, string Errors) Mer(string arguments, string dotnet = "exit 1",
        string[]? prefix = null)
    {
        // In a folder of its own, because the checkout may not be writable; the stub answers the question for the SDK
        // and does the rest.
        var tools = Directory.CreateTempSubdirectory("mer-tools-").FullName;
        var stub = Path.Combine(tools, "dotnet");
        File.WriteAllText(stub,
            $"#!/bin/sh\nif [ \"$1\" = --list-sdks ]; then echo '10.0.100 [/x]'; exit 0; fi\n{dotnet}\n");
        foreach (var file in (string[])[tools, stub]) File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        try
        {
            string[] line = [.. prefix ?? [], "bash", Path.Combine(_root, "mer"),
                .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
            var start = new ProcessStartInfo(line[0], line[1..])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/"
            };
            // Those of the tests' own launcher.
            foreach (var name in (string[])["MER_ROOT", "MER_CHECKOUT"]) start.Environment.Remove(name);
            start.Environment["PATH"] = $"{tools}:/usr/bin:/bin:/usr/sbin:/sbin";
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            process.WaitForExit();
            return (process.ExitCode, output.Result, errors.Result);
        }
        finally
        {
            Directory.Delete(tools, recursive: true);
        }
    }

    /// <summary>
    /// As a user without write permission: nobody where the tests run as root, else with the permission taken away.
    /// </summary>
    (int ExitCode, string Output, string Errors) AsReader(string arguments, string dotnet = "exit 1",
        params string[] settings)
    {
        if (Environment.UserName == "root")
            return Mer(arguments, dotnet, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env",
                .. settings]);
        string[] folders = [.. ((string[])[_root, Path.Combine(_root, "artifacts")]).Where(Directory.Exists)];
        foreach (var folder in folders) File.SetUnixFileMode(folder, (UnixFileMode)0b101_101_101);
        try
        {
            return Mer(arguments, dotnet, ["env", .. settings]);
        }
        finally
        {
            foreach (var folder in folders) File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }
    }

    void Copy(string file)
    {
        var target = Path.Combine(_root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(Repository.Root, file), target);
    }

    void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file))!);
        File.WriteAllText(Path.Combine(_root, file), text);
    }
}
