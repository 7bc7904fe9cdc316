using MerKernel.Data;
using MerKernel.Reliability.Tests.Crash;
using MerKernel.Synthetic;

namespace MerKernel.Reliability.Tests;

/// <summary>
/// What somebody with a licence types in the first hour, on a folder with faults; here a synthetic set in the place of
/// the real one.
/// </summary>
public sealed class FirstHourTests : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("mer-hour-").FullName;

    string Data => Path.Combine(_root, "licensed");

    string Clip => Path.Combine(Data, "CASME2", "Cropped", "sub05", "EP09_05f");

    public FirstHourTests()
    {
        SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Tiny, Data);
        // A copy that lost its marker.
        File.Delete(Path.Combine(Data, "CASME2", FrameLayout.SyntheticMark));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void One_missing_frame_is_left_out_once_and_every_command_follows()
    {
        File.Delete(Directory.EnumerateFiles(Clip).MinBy(FrameNumber)!);
        var (code, output, _) = Mer($"data check --data {Data}");
        Assert.Equal(1, code);
        Assert.Contains("synthetic", output, StringComparison.Ordinal);
        Assert.Contains($"unusable 05/EP09_05f: {Clip} lacks the onset frame", output, StringComparison.Ordinal);

        (code, _, var errors) = Mer($"train --profile tiny --dataset casme2 --fold 1 --data {Data}");
        Assert.Equal(1, code);
        Assert.Contains($"SAMM: nothing of it", Mer($"data check --data {Data}").Errors, StringComparison.Ordinal);
        Assert.Contains($"mer data prepare --data {Data} --dataset casme2 --unusable drop", errors,
            StringComparison.Ordinal);

        (code, output, _) = Mer($"data prepare --data {Data} --dataset casme2 --unusable drop");
        Assert.Equal(0, code);
        Assert.Contains("every command and notebook on this folder follows from now on", output,
            StringComparison.Ordinal);

        (code, output, errors) = Mer($"train --profile tiny --dataset casme2 --fold sub01 --data {Data}");
        Assert.Equal(0, code);
        Assert.Contains("CASME II (synthetic): 11 clips of 3 subjects, CASME2-coding-20190701.xlsx, frames in " +
            "Cropped; chosen with mer data prepare: --unusable drop",
            errors, StringComparison.Ordinal);
        Assert.Contains("(synthetic data)\nKept for loso and reproduce: ", output, StringComparison.Ordinal);
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(_root, "results", "runs"), "fold-01.json",
            SearchOption.AllDirectories));
        var bytes = File.ReadAllBytes(kept);

        // What mer train kept is what mer loso computes, byte for byte, and is not computed again.
        (code, output, errors) = Mer($"loso --profile tiny --dataset casme2 --fold 1,sub05 --data {Data}");
        Assert.Equal(0, code);
        Assert.Contains("1 folds are stored, 1 to compute", errors, StringComparison.Ordinal);
        Assert.Matches(
            @"CASME II \(synthetic\), .*, seed 1: accuracy \d+\.\d %, UF1 0\.\d{3}, UAR 0\.\d{3} at the final epoch, over 7 clips of 2 folds of 3; run [0-9a-f]+",
            output);
        File.Delete(kept);
        Assert.Equal(0, Mer($"loso --profile tiny --dataset casme2 --data {Data} --workers 2").ExitCode);
        Assert.Equal(bytes, File.ReadAllBytes(kept));
        Assert.Contains("This fold was stored before",
            Mer($"train --profile tiny --dataset casme2 --fold 01 --data {Data}").Output, StringComparison.Ordinal);
        Assert.Contains("Not kept: --epochs differs",
            Mer($"train --profile tiny --dataset casme2 --fold 01 --epochs 1 --data {Data}").Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_tables_of_the_one_set_that_is_there_are_made()
    {
        var (code, output, errors) = Mer($"reproduce --profile tiny --tables 5 --no-reports --data {Data}");
        Assert.Equal(0, code);
        Assert.StartsWith($"mer: SAMM: nothing of it is in {Data}, so its tables are left out.", errors,
            StringComparison.Ordinal);
        Assert.Contains("CASME II", output, StringComparison.Ordinal);
        Assert.DoesNotContain("SAMM", output, StringComparison.Ordinal);
        (code, output, _) = Mer($"tables --profile tiny --data {Data} --table 5");
        Assert.Equal(0, code);
        Assert.Contains("CASME II", output, StringComparison.Ordinal);
        Assert.Equal(0,
            Mer($"cards --profile tiny --data {Data} --store {Path.Combine(_root, "results", "runs")}").ExitCode);
        Assert.Contains("holds no frames of SAMM",
            Mer($"reproduce --profile tiny --tables 5 --no-reports --data {Data} --dataset samm").Errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_trained_before_every_set_has_been_checked()
    {
        SyntheticSet.Write(DatasetId.Samm, SyntheticOptions.Tiny, Data);
        File.Delete(Path.Combine(Data, "SAMM", Sheets.NameOf(DatasetId.Samm)));
        var (code, output, errors) = Mer($"reproduce --profile tiny --tables 5 --no-reports --data {Data}");
        Assert.Equal(1, code);
        Assert.Contains("holds no coding sheet of SAMM", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("to compute", errors, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(Path.Combine(_root, "results", "runs"))
            ? Directory.GetFiles(Path.Combine(_root, "results", "runs"), "fold-*", SearchOption.AllDirectories) : []);
        Assert.Equal(0, Mer($"loso --profile tiny --dataset casme2 --data {Data}").ExitCode);
    }

    [Fact]
    public void A_clip_is_shown_from_the_set_that_has_it()
    {
        SyntheticSet.Write(DatasetId.Smic, SyntheticOptions.Tiny, Data);
        foreach (var set in new[] { DatasetId.CasmeII, DatasetId.Smic })
        {
            var first = SyntheticSet.Truth(set, SyntheticOptions.Tiny)[0];
            // A name of CASME II's is several subjects'.
            var clip = set == DatasetId.Smic ? first.Name : $"{first.Subject}/{first.Name}";
            var (code, output, errors) = Mer($"data show {clip} --data {Data} --out {Path.Combine(_root, "x.png")}");
            Assert.True(code == 0, errors);
            Assert.Contains($"{first.Name} -> ", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_folder_without_permission_costs_its_clip_alone()
    {
        File.SetUnixFileMode(Clip, UnixFileMode.None);
        try
        {
            var (code, output, _) = MerProcess.Run(_root, $"data check --data {Data} --dataset casme2",
                prefix: MerProcess.Permitted);
            Assert.Equal(1, code);
            Assert.Contains($"unusable 05/EP09_05f: {Clip} cannot be read; allow reading it", output,
                StringComparison.Ordinal);
            Assert.Contains("usable five-class clips: 11 of 3 subjects", output, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(Clip, (UnixFileMode)0b111_101_101);
        }
    }

    [Fact]
    public void A_frame_without_permission_is_read_once_it_has_it()
    {
        var frame = Directory.EnumerateFiles(Clip).MinBy(FrameNumber)!;
        var prepare = $"data prepare --data {Data} --dataset casme2 --unusable drop";
        File.SetUnixFileMode(frame, UnixFileMode.None);
        Assert.Contains("11 clips of 3 subjects",
            MerProcess.Run(_root, prepare, prefix: MerProcess.Permitted).Output, StringComparison.Ordinal);
        File.SetUnixFileMode(frame, UnixFileMode.UserRead);
        Assert.Contains("12 clips of 3 subjects", Mer(prepare).Output, StringComparison.Ordinal);
    }

    (int ExitCode, string Output, string Errors) Mer(string arguments) => MerProcess.Run(_root, arguments);

    static int FrameNumber(string file) =>
        int.Parse(string.Concat(Path.GetFileNameWithoutExtension(file).Where(char.IsAsciiDigit)),
            System.Globalization.CultureInfo.InvariantCulture);
}
