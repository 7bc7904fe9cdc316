using System.Diagnostics;
using MerKernel.Synthetic;

namespace MerKernel.Cli.Commands;

/// <summary>mer data: everything between the files of a data set and the tensors.</summary>
static class DataCommands
{
    public static Command Create() => new("data",
        "Check, prepare and show CASME II and SAMM, or write synthetic data sets like them.  Example: mer data show " +
        "01/EP02_01f --dataset casme2 --out clip.png")
    {
        DataAnnotationsCommand.Create(),
        DataCheckCommand.Create(),
        DataPrepareCommand.Create(),
        DataShowCommand.Create(),
        DataSpotCommand.Create(),
        SynthesizeCommand.Create(),
        DataTruthCommand.Create(),
    };
}

/// <summary>mer data annotations FILE: a coding sheet's content, one line per clip.</summary>
static class DataAnnotationsCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "coding sheet (.xlsx, .xls or .csv)" };
        var json = new Option<bool>("--json") { Description = "one JSON object per clip and line" };
        var errata = DataOptions.WithoutErratum();
        var dataset = new Option<string?>("--dataset")
        {
            Description = "what it is a sheet of: one of " +
                $"{string.Join(", ", DatasetNames.WithFiles.Select(DatasetNames.Key))} (default: casme2 or samm); " +
                $"own reads {OwnDataset.FileName} next to it"
        };
        var command = new Command("annotations",
            "Print every clip of a coding sheet.  Example: mer data annotations SHEET.xlsx --json")
        {
            file, json, errata, dataset
        };
        command.SetAction(parsed =>
        {
            var asked = parsed.GetValue(dataset) is { } name
                ? DatasetDescription.In(Path.GetDirectoryName(Path.GetFullPath(parsed.GetValue(file)!))!,
                    CommonOptions.ParseDataset(name))
                : null;
            var sheet = CodingSheet.Read(parsed.GetValue(file)!, Errata.Except(parsed.GetValue(errata) ?? []),
                asked: asked);
            if (asked is not null) sheet.MustBe(asked.Id);
            if (parsed.GetValue(json))
                foreach (var clip in sheet.Clips) Console.WriteLine(ClipJson.Line(clip));
            else WriteTable(sheet);
            foreach (var row in sheet.Dropped)
                Console.Error.WriteLine($"mer: row {row.Row} ({row.Clip}) is left out: {row.Reason}");
            foreach (var remark in sheet.Remarks) Console.Error.WriteLine($"mer: {remark}");
            return 0;
        });
        return command;
    }

    static void WriteTable(CodingSheetContents sheet)
    {
        Terminal.Write(TextTable.Of("",
            ["clip", ">onset", ">apex", ">offset", "action units", "emotion", "notes"],
            sheet.Clips.Select(c => (string[])
                [c.Id, $"{c.Onset}", $"{c.Apex}", $"{c.Offset}", string.Join(' ', c.ActionUnits.Select(u => u.Number)),
                    c.Emotion, string.Join("; ", c.Notes)])));
        var classes = sheet.Description.Classes;
        var five = sheet.Clips.Where(c => classes.LabelOf(c.Emotion) is not null).ToArray();
        Console.WriteLine($"{sheet.Clips.Length} clips, {five.Length} of the " +
            $"{(classes.Classes.Length == 5 ? "five" : classes.Classes.Length)} classes over " +
            $"{five.Select(c => c.Subject).Distinct().Count()} subjects");
    }
}

/// <summary>mer data check: sheet and disk compared, counts next to the published ones.</summary>
static class DataCheckCommand
{
    public static Command Create()
    {
        var options = new DataOptions();
        var command = new Command("check",
            "Compare coding sheet and frames, and the counts with the published ones.  Example: mer data check " +
            "--data FOLDER");
        options.AddChoicesTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var complete = true;
            foreach (var id in options.Datasets(parsed))
            {
                var choices = options.Choices(parsed, id);
                var report = DatasetCheck.Run(choices.Source(options.Root(parsed), id),
                    choices.Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed)),
                    new PreparationLine().Of($"{id.Title()}: checking"), cancellation);
                Write(report);
                complete &= report.Complete;
            }
            return complete ? 0 : 1;
        }, cancellation));
        return command;
    }

    static void Write(CheckReport report)
    {
        var layout = report.Layout;
        Console.WriteLine($"{layout.Description.Title}{(layout.Synthetic ? ", synthetic" : "")}: " +
            $"{Path.GetFileName(report.Sheet.Path)} (edition {report.Sheet.Edition}, SHA-256 " +
            $"{report.Sheet.Sha256[..12]}), frames in {layout.Frames}");
        foreach (var finding in report.Findings.OrderByDescending(f => f.Severity))
            Console.WriteLine($"  {finding.Severity.ToString().ToLowerInvariant(),-8} {finding.Clip}: {finding.Text}");
        var classes = report.Scored;
        var usable =
            $"usable {(classes.Name == "five" ? "five-class clips" : $"clips of {classes.Classes.Length} classes")}: " +
            $"{report.Subjects.Values.Sum()} of {report.Subjects.Count} subjects";
        Console.WriteLine(report.Published is not { } published
            ? $"{usable}; no counts of these classes are published"
            : $"{usable}; published: {published.Total}{(published.People > 0 ? $" of {published.People}" : "")} " +
              $"({published.Source})");
        Compare("class",
            report.Classes.AddRange(classes.Classes.Where(c => !report.Classes.ContainsKey(c))
                .Select(c => KeyValuePair.Create(c, 0))),
            report.Published?.Classes ?? ImmutableSortedDictionary<string, int>.Empty);
        Compare("subject", report.Subjects, report.Published?.Subjects ?? ImmutableSortedDictionary<string, int>.Empty);
    }

    static void Compare(string what, ImmutableSortedDictionary<string, int> here,
        ImmutableSortedDictionary<string, int> published) =>
            Terminal.Write(TextTable.OfFigures("", [what, "here", "published"],
                here.Keys.Union(published.Keys).Order(StringComparer.Ordinal).Select(name => (string[])
                    [name, $"{here.GetValueOrDefault(name)}",
                        published.IsEmpty ? "not published" : $"{published.GetValueOrDefault(name)}"])));
}

/// <summary>mer data prepare: frames aligned and cached, so that a run reads tensors only.</summary>
static class DataPrepareCommand
{
    public static Command Create()
    {
        var options = new DataOptions();
        var command = new Command("prepare",
            "Align all clips into the cache and keep the choices for every other command; an interrupted call is " +
            "resumed.  Example: mer data prepare --data FOLDER --unusable drop");
        options.AddChoicesTo(command);
        options.AddPreparationTo(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var root = options.Root(parsed);
            foreach (var id in options.Datasets(parsed))
            {
                var clock = Stopwatch.StartNew();
                var choices = options.Choices(parsed, id);
                var preparation = choices.Preparation(DatasetDescription.In(options.Root(parsed), id),
                    options.Preparation(parsed));
                using var data = DatasetLoader.Load(choices.Source(root, id), preparation,
                    new PreparationLine().Of($"{id.Title()}: preparing"), cancellation);
                Write(data, clock.Elapsed, preparation);
                // Only choices that led to a data set are kept: one that failed would stop every other command too.
                if (options.Given(parsed) is var given && given.ToString().Length > 0) Keep(given, root, id);
            }
        }, cancellation));
        return command;
    }

    static void Keep(DataChoices given, string root, DatasetId id)
    {
        try
        {
            given.Add(root, id);
            Console.WriteLine("every command and notebook on this folder follows from now on " +
                $"({DataChoices.PathIn(root)}): " +
                $"{(DataChoices.Kept(root, id).ToString() is { Length: > 0 } kept ? kept : "the defaults")}");
        }
        catch (UserErrorException e)
        {
            Remark.Say($"{e.Message} The choices hold for this call only.");
        }
    }

    /// <summary>What was passed over, repaired and left out, a line each.</summary>
    internal static IEnumerable<string> Findings(MerDataset data)
    {
        var manifest = data.Manifest!;
        return
        [
            .. data.SheetRemarks.Select(r => $"{manifest.Sheet}: {r}"),
            .. manifest.Clips.Where(c => c.Notes.Length > 0).Select(c => $"{c.Clip}: {string.Join("; ", c.Notes)}"),
            .. manifest.Dropped.Select(c => $"left out: {c.Clip}: {c.Reason}"),
        ];
    }

    static void Write(MerDataset data, TimeSpan elapsed, PreparationOptions options)
    {
        foreach (var finding in Findings(data)) Console.WriteLine($"  {finding}");
        Console.WriteLine($"{data.Title}{(data.Synthetic ? " (synthetic)" : "")}: {data.Clips.Length} clips of " +
            $"{data.Subjects.Length} subjects, {data.Frames.size(0)} frames of {data.Size} px, " +
            $"{elapsed.TotalSeconds:0.0} s");
        Console.WriteLine($"classes: {string.Join(", ",
            data.Classes.Select((name, label) => $"{name} {data.Labels.Count(l => l == label)}"))}");
        Console.WriteLine($"manifest: {Path.Combine(options.CacheFolder, "sets", data.Fingerprint + ".json")}");
    }
}

/// <summary>mer data show CLIP: a clip on one sheet.</summary>
static class DataShowCommand
{
    public static Command Create()
    {
        var clip = new Argument<string>("clip") { Description = "clip, such as 01/EP02_01f or 006_1_2" };
        var target = new Option<string>("--out") { Description = "picture to write (.png)", Required = true };
        var options = new DataOptions();
        var command = new Command("show",
            "Draw onset, landmarks, apex, difference, optical flow and action units of a clip.  Example: mer data " +
            "show 01/EP02_01f --out x.png") { clip, target };
        options.AddViewTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var name = parsed.GetValue(clip)!;
            // Where no sheet has the clip: SAMM's clips carry their subject, CASME II's begin with EP.
            var usual = name.Contains("EP", StringComparison.OrdinalIgnoreCase) ? DatasetId.CasmeII : DatasetId.Samm;
            options.FallBack(parsed, RepositoryRoot.Find(), Profile.Small.SyntheticSize, [usual], cancel);
            var there = options.Datasets(parsed);
            if (!there.Contains(usual)) usual = there[0];
            var id = there.Length == 1 ? usual : there.FirstOrDefault(Lists, usual);
            var choices = options.Choices(parsed, id);
            var path = OutputFile.Of("--out", parsed.GetValue(target)!, ".png");
            OutputFile.DemandNoFrame("--out", path, choices.Source(options.Root(parsed), id));
            using var view = ClipView.Open(choices.Source(options.Root(parsed), id), name,
                choices.Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed)));
            using var sheet = InspectionSheet.Draw(view);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!sheet.SaveImage(path))
                throw new UserErrorException($"{path} cannot be written; choose another place.");
            Console.WriteLine($"{view.Clip.Id} -> {path}");
            return 0;

            // Before anything is prepared: whether the set's sheet has the clip.
            bool Lists(DatasetId set)
            {
                try
                {
                    var root = options.Root(parsed);
                    var choices = options.Given(parsed).Over(DataChoices.Kept(root, set));
                    var layout = FrameLayout.Find(choices.Source(root, set));
                    var read = choices.Preparation(layout.Description, new());
                    return CodingSheet.Read(layout.Sheet, read.Errata, read.Readings, layout.Description)
                        .Called(name).Any();
                }
                catch (UserErrorException)
                {
                    return false;
                }
            }
        }));
        return command;
    }
}

/// <summary>
/// mer data synthesize: the synthetic data sets, written as the holder of a licence has the real files.
/// </summary>
public static class SynthesizeCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create()
    {
        var size = new Option<SyntheticSize>("--size")
        {
            Description = "tiny, small, medium (the real sets' subject and clip counts with short clips) or full " +
                "(with clips of their length)",
            DefaultValueFactory = _ => SyntheticSize.Small
        };
        var dataset = new Option<string>("--dataset")
        {
            Description = "all (casme2 and samm), or one of casme2, samm, smic, mmew, casme3, casme3-c, dfme; the " +
                "last five are never larger than small",
            DefaultValueFactory = _ => "all"
        };
        dataset.AcceptOnlyFromAmong("casme2", "samm", "smic", "mmew", "casme3", "casme3-c", "dfme", "all");
        var subjects = new Option<int?>("--subjects")
        {
            Description = "only the first so many subjects of each set, for example 4 of the full ones for a " +
                "rehearsal (default: all)"
        };
        var seed = new Option<int>("--seed")
        {
            Description = "seed of every random draw", DefaultValueFactory = _ => SyntheticOptions.Small.Seed
        };
        var raw = new Option<bool>("--raw") { Description = "also write CASME II's uncropped frames" };
        var workers = new Option<int>("--workers")
        {
            Description = "clips rendered side by side", DefaultValueFactory = _ => Environment.ProcessorCount
        };
        var output = new Option<DirectoryInfo>("--out")
        {
            Description = "folder that gets CASME2/ and SAMM/", Required = true
        };
        var command = new Command("synthesize",
            "Write synthetic data sets in the form of CASME II and SAMM; an interrupted call is resumed.  Example: " +
            "mer data synthesize --out data/synthetic")
        {
            size, subjects, dataset, seed, raw, workers, output,
        };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(subjects) is < 1 and var few)
                throw new UserErrorException($"--subjects {few} makes no data; give 1 or more.");
            var options = new SyntheticOptions
            {
                Size = parsed.GetValue(size),
                Seed = parsed.GetValue(seed),
                Subjects = parsed.GetValue(subjects),
                RawFrames = parsed.GetValue(raw),
                Workers = CommonOptions.Workers(parsed.GetValue(workers), "renders"),
            };
            foreach (var id in Chosen(parsed.GetValue(dataset)!))
            {
                var clock = Stopwatch.StartNew();
                var summary = SyntheticSet.Write(id, options, parsed.GetValue(output)!.FullName,
                    new PreparationLine().Of($"{id.Title()}: rendering"), cancellation);
                Console.WriteLine(Describe(summary, clock.Elapsed));
            }
            return Task.FromResult(0);
        });
        return command;
    }

    static DatasetId[] Chosen(string name) => name == "all" ? [.. DatasetNames.Paper] : [DatasetNames.Named(name)];

    static string Describe(SyntheticSummary s, TimeSpan elapsed) =>
        $"{s.Folder}: synthetic data set in the form of {s.Dataset.Title()}, {s.Clips} clips of {s.Subjects} " +
        $"subjects, {s.Frames} frames, "
        + (s.Rendered == 0 ? "there already" : $"{elapsed.TotalSeconds:0} s");
}

/// <summary>mer data truth: the known truth of the synthetic data, and how far the stored rows are from it.</summary>
static class DataTruthCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions();
        var markdown = new Option<bool>("--markdown") { Description = "Markdown" };
        var command = new Command("truth",
            "Show the best score that any rule can reach on the synthetic data, and how far the stored rows are from " +
            "it.  Example: mer data truth --profile small") { markdown };
        options.AddTo(command, refused: "--workers");
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            CommonOptions.RefuseAll(parsed, "nothing is trained", "--workers");
            using var bench = options.Open(parsed);
            // The limits need no run; a store that was named and is not there is a slip.
            if (bench.StoreFolder is not null) bench.MustHaveStore();
            bench.LoadCounts(bench.Datasets);
            var tables = bench.Datasets.SelectMany(id => TruthReport.Of(bench, id).Tables).ToList();
            if (parsed.GetValue(markdown)) Console.Write(string.Concat(tables.Select(t => t.ToMarkdown())));
            else Terminal.Write(tables);
        }, cancel));
        return command;
    }
}
