
namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// Disks that are full or read-only, files nobody may read, files that were cut, clocks that jump, several processes at
/// once.
/// </summary>
public sealed class DiskTests(OneExperiment whole, ITestOutputHelper log) : IClassFixture<OneExperiment>
{
    const UnixFileMode Reading =
        UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    const UnixFileMode All = Reading | UnixFileMode.UserWrite;

    static readonly string[] Damaged = ["fold-01.json", "facts-05.json", "experiment.json", "data.json", "sets",
        "index", ".clip"];

    [Fact]
    public void A_disk_that_is_full_again_and_again_stops_the_job_with_a_sentence_and_loses_nothing()
    {
        using var disk = SmallDisk.TryMount(40);
        using var folder = new WorkFolder();
        var root = disk?.Path ?? folder;
        log.WriteLine(disk is null
            ? "no disk may be mounted here: the full disk is an exception in its place"
            : "a tmpfs of 40 kB, enlarged until the job fits");
        var stops = 0;
        for (var kilobytes = 40; ; kilobytes = kilobytes * 8 / 5)
        {
            disk?.Remount($"size={kilobytes}k");
            var (code, _, errors) = MerProcess.Run(root, Job.One,
                disk is null && stops < 6 ? $"full*:flush::{1 + 4 * stops}" : null);
            if (code == 0) break;
            stops++;
            Assert.Equal(1, code);
            MustBeOneSentence(errors, "No space left on device");
        }
        Assert.InRange(stops, 4, 20);
        Assert.Equal(whole.Expected, Tree.Of(root));
    }

    [Fact]
    public void A_read_only_disk_serves_what_is_stored_and_says_what_cannot_be_written()
    {
        using var disk = SmallDisk.TryMount(8000);
        using var folder = new WorkFolder();
        log.WriteLine(disk is null
            ? "no disk may be mounted here: folders without write permission in its place"
            : "a tmpfs, remounted");
        var (root, nobody) = (disk?.Path ?? folder, disk is null ? MerProcess.Permitted : null);
        void Allow(bool writing)
        {
            if (disk is not null) disk.Remount(writing ? "rw" : "ro");
            else foreach (var below in Directory.GetDirectories(root, "*", SearchOption.AllDirectories).Append(root))
                File.SetUnixFileMode(below, writing ? All : Reading);
        }
        WorkFolder.Copy(whole.Folder, root);
        // Elsewhere than where it was made, the index of the cache is made anew first.
        Assert.Equal(0, MerProcess.Run(root, Job.One).ExitCode);
        Allow(writing: false);
        var (code, _, errors) = MerProcess.Run(root, Job.One, prefix: nobody);
        Assert.True(code == 0, errors);
        Allow(writing: true);
        File.Delete(Directory.GetFiles(root, "fold-05.json", SearchOption.AllDirectories).Single());
        Allow(writing: false);
        (code, _, errors) = MerProcess.Run(root, Job.One, prefix: nobody);
        Assert.Equal(1, code);
        MustBeOneSentence(errors, "could not be written");
        Allow(writing: true);
        Assert.Equal(0, MerProcess.Run(root, Job.One).ExitCode);
        Assert.Equal(whole.Expected.Skip(1), Tree.Of(root).Skip(1));
    }

    [Fact]
    public void A_file_or_folder_without_permission_is_named_in_a_sentence()
    {
        using var folder = new WorkFolder().With(whole.Folder);
        Assert.Equal(0, MerProcess.Run(folder, Job.One).ExitCode);
        File.SetUnixFileMode(folder, All);
        var fold = Directory.GetFiles(folder, "fold-05.json", SearchOption.AllDirectories).Single();
        File.SetUnixFileMode(fold, UnixFileMode.None);
        var (code, _, errors) = MerProcess.Run(folder, Job.One, prefix: MerProcess.Permitted);
        Assert.Equal(1, code);
        MustBeOneSentence(errors, "fold-05.json cannot be opened");
        File.SetUnixFileMode(fold, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(fold);
        var runs = Path.GetDirectoryName(fold)!;
        File.SetUnixFileMode(runs, Reading);
        (code, _, errors) = MerProcess.Run(folder, Job.One, prefix: MerProcess.Permitted);
        Assert.Equal(1, code);
        MustBeOneSentence(errors, "could not be written");
        File.SetUnixFileMode(runs, All);
        Assert.Equal(0, MerProcess.Run(folder, Job.One).ExitCode);
        Assert.Equal(whole.Expected.Skip(1), Tree.Of(folder).Skip(1));
    }

    [Fact]
    public void Cut_and_deleted_files_are_made_again_with_a_sentence_for_every_one_that_is_set_aside()
    {
        using var folder = new WorkFolder().With(whole.Folder);
        Assert.Equal(0, MerProcess.Run(folder, Job.One).ExitCode);
        var files = Directory.GetFiles(folder["results"], "*", SearchOption.AllDirectories)
            .Where(f => Damaged.Any(f.Contains)).ToList();
        // Every third is gone, the others are cut short.
        foreach (var (i, file) in files.Index())
            if (i % 3 == 0) File.Delete(file);
            else File.WriteAllBytes(file, File.ReadAllBytes(file)[..^(7 + i)]);
        var (code, _, errors) = MerProcess.Run(folder, Job.One);
        Assert.True(code == 0, errors);
        foreach (var aside in Directory.GetFiles(folder, "*.damaged", SearchOption.AllDirectories))
        {
            Assert.Contains($"{aside[..^".damaged".Length]} is damaged", errors);
            File.Delete(aside);
        }
        Assert.Equal(whole.Expected.Skip(1), Tree.Of(folder).Skip(1));
    }

    [Fact]
    public void Three_processes_that_start_at_once_on_nothing_end_with_the_same_bytes()
    {
        using var folder = new WorkFolder();
        var processes = Enumerable.Range(0, 3).Select(_ => new MerProcess(folder, Job.One)).ToList();
        foreach (var process in processes)
        {
            var (code, _, errors) = process.End();
            Assert.True(code == 0, errors);
            process.Dispose();
        }
        Assert.Equal(whole.Expected, Tree.Of(folder));
    }

    [Fact]
    public void A_clock_that_jumps_changes_no_byte()
    {
        using var folder = new WorkFolder();
        var faketime = File.Exists("/usr/bin/faketime");
        log.WriteLine(faketime
            ? "faketime: ten years ahead, then five behind"
            : "faketime is not installed: the files' times jump instead");
        // Killed with the clock ten years ahead, resumed with one five years behind.
        var (code, _, errors) = MerProcess.Run(folder, Job.One, "kill:flush:fold-:2",
            faketime ? "faketime -f +10y" : null);
        Assert.True(code != 0, errors);
        foreach (var file in Directory.GetFiles(folder["results"], "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(1980, 1, 1));
        (code, _, errors) = MerProcess.Run(folder, Job.One, prefix: faketime ? "faketime -f -5y" : null);
        Assert.True(code == 0, errors);
        // Under faketime the files' times change with the clock, and with them the names of the index.
        Assert.Equal(whole.Expected.Skip(1), Tree.Of(folder).Skip(1));
    }

    static void MustBeOneSentence(string errors, string about)
    {
        var said = errors.Split('\n').Where(line => line.StartsWith("mer: ", StringComparison.Ordinal)
            && line.Contains(about, StringComparison.Ordinal)).ToList();
        Assert.True(said.Count == 1, errors);
        Assert.DoesNotContain("   at ", errors);
    }
}
