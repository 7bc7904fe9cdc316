using System.Text;

namespace MerKernel.Cli.Commands;

/// <summary>Clips, classes and folds for those who train elsewhere; with the aligned frames, if wanted.</summary>
static class FoldsCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var dataset = CommonOptions.Dataset();
        var csv = new Option<bool>("--csv")
        {
            Description = "a line per clip: clip, subject, fold, label, class, action units, onset, apex, offset"
        };
        var frames = new Option<string?>("--frames")
        {
            Description = "write onset and apex of every clip, aligned as networks here see them, to this NumPy " +
                "file: uint8 [clips, 2, 3, size, size], RGB"
        };
        var command = new Command("folds",
            "List clips, classes and folds, to train elsewhere.  Example: mer folds --dataset casme2 --csv --frames " +
            "frames.npy > folds.csv")
        {
            dataset, csv, frames
        };
        string[] refused = ["--seeds", "--held-out", "--weights", "--workers", "--device", "--precision",
            "--init-backbone", "--store"];
        options.AddTo(command, refused: refused);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", refused);
            var target = parsed.GetValue(frames) is { } given ? OutputFile.Of("--frames", given, ".npy") : null;
            using var bench = options.Open(parsed);
            var data = bench.Load(CommonOptions.ParseDataset(parsed.GetValue(dataset)!), cancel);
            if (target is not null) WriteFrames(data, target);
            if (parsed.GetValue(csv)) Console.Write(Clips(data).ToCsv());
            else Terminal.Write(Folds(data));
        }));
        return command;
    }

    /// <summary>A row per clip.</summary>
    public static TextTable Clips(MerDataset data) =>
        TextTable.Of("", ["clip", "subject", "fold", "label", "class", "action_units", "onset", "apex", "offset"],
            data.Clips.Select((c, i) => (string[])[c.Id, c.Subject, c.Subject, $"{data.Labels[i]}",
                data.Classes[data.Labels[i]],
                string.Join('+',
                    c.ActionUnits.Select(u => u.Number).Where(ActionUnits.Used.Contains).Distinct().Order()),
                $"{c.Onset}", $"{c.Apex}", $"{c.Offset}"]));

    static TextTable Folds(MerDataset data) =>
        TextTable.Of($"{data.Id.Title()}{(data.Synthetic ? " (synthetic)" : "")}: {data.Clips.Length} clips, " +
            $"{data.Subjects.Length} folds, one " +
            $"{(data.Id == DatasetId.CrossDataset ? "data set" : "subject")} left out in each",
            ["fold", ">clips", .. data.Classes.Select(c => $">{c}")],
            data.Subjects
                .Select(s => (Subject: s, Labels: data.Labels.Where((_, i) => data.Clips[i].Subject == s).ToList()))
                .Select(f => (IEnumerable<string>)[f.Subject, $"{f.Labels.Count}",
                    .. data.Classes.Select((_, c) => $"{f.Labels.Count(l => l == c)}")]));

    /// <summary>Onset and apex of every clip as a NumPy array, in the order of <see cref="Clips"/>.</summary>
    public static void WriteFrames(MerDataset data, string path)
    {
        var side = data.Size;
        var shape =
            $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({data.Clips.Length}, 2, 3, {side}, {side}), }}";
        // Version 1.0: magic, version, length of the header, which ends in a line feed on a multiple of 64 bytes.
        var header = Encoding.ASCII.GetBytes(shape.PadRight((10 + shape.Length + 1 + 63) / 64 * 64 - 10 - 1) + "\n");
        AtomicFile.Write(path, stream =>
        {
            stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header]);
            for (var i = 0; i < data.Clips.Length; i++)
                foreach (var row in new[] { data.OnsetFrames[i][0], data.ApexFrames[i][0] })
                {
                    using var frame = data.Frames[row];
                    stream.Write(frame.bytes);
                }
        });
    }
}
