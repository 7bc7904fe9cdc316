using System.Diagnostics;
using MerKernel.Faces;
using MerKernel.Training;
using TorchSharp;

namespace MerKernel.Cli.Commands;

/// <summary>A network on all subjects, for clips of other people.</summary>
static class FitCommand
{
    public static Command Create()
    {
        var options = new WorkbenchOptions(datasets: false);
        var dataset = CommonOptions.Dataset();
        var variant = CommonOptions.Variant();
        variant.DefaultValueFactory = _ => Tables.WithoutActionUnits.Key;
        var target = new Option<string>("--out")
        {
            Description = "safetensors file for weights, classes and the training's options", Required = true
        };
        var command = new Command("fit",
            "Train on all subjects of a data set, for mer predict; there is no test, so no score.  Example: mer fit " +
            "--dataset casme2 --out w.safetensors")
        {
            dataset, variant, target
        };
        options.AddTo(command, "threads of the training (default: all)", "--held-out", "--store");
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            CommonOptions.Refuse(parsed, ("--held-out", "mer fit trains on every subject"),
                ("--store", "the network goes into the file of --out"));
            using var bench = options.Open(parsed);
            if (bench.Seeds.Length > 1) throw new UserErrorException("mer fit trains one network; give one seed.");
            var (chosen, id) = (Tables.Named(parsed.GetValue(variant)!),
                CommonOptions.ParseDataset(parsed.GetValue(dataset)!));
            var device = ComputeDevice.Named(bench.Device);
            var path = OutputFile.Of("--out", parsed.GetValue(target)!, ".safetensors");
            AtomicFile.Demand(path);
            if (options.NamesWorkers(parsed)) torch.set_num_threads(options.Workers(parsed));
            var data = bench.Load(id, cancel);
            var experiment = bench.Experiment(chosen, id);
            if (experiment.Model.Input is { NeedsFiles: true })
                throw new UserErrorException($"{chosen.Name} looks at more of a clip than its onset and apex, which " +
                    "a new clip does not have; fit another network, such as --variant " +
                    $"{Tables.WithoutActionUnits.Key}.");
            var clock = Stopwatch.StartNew();
            using var fitted = FoldRun.Fit(experiment, data, device,
                e => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"epoch {e.Epoch}/{e.Epochs}  loss {e.Loss:0.0000}  {clock.Elapsed.TotalSeconds:0.0} s")), cancel);
            fitted.Save(path);
            Console.WriteLine($"{chosen.Name}, trained on {data.Clips.Length} clips of " +
                $"{FoldProtocol.CountPeople(data)} subjects of {id.Title()}" +
                $"{(data.Synthetic ? " (synthetic faces)" : "")} -> {path}");
            if (fitted.Origin.Experiment.ActionUnits is ActionUnitSource.Annotated or ActionUnitSource.Shuffled)
                Console.WriteLine("It sees action units that somebody must code for every new clip; --variant no-au " +
                    "sees none, au-predicted finds them itself.");
        }));
        return command;
    }
}

/// <summary>A fitted network's answer for a new clip.</summary>
static class PredictCommand
{
    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "file that mer fit wrote", Required = true };
        var recording = new Argument<string?>("recording")
        {
            Description = "video, or folder of frames; onset and apex are spotted in it",
            Arity = ArgumentArity.ZeroOrOne
        };
        var onset = new Option<string?>("--onset")
        {
            Description = "picture of the onset, instead of a recording; with a folder of frames, one of its files"
        };
        var apex = new Option<string?>("--apex") { Description = "picture of the apex, likewise" };
        var units = new Option<string?>("--action-units")
        {
            Description = "coded action units for a network that needs them, for example 4+7, or none"
        };
        var alignment = new Option<string>("--alignment")
        {
            Description = "auto (as the network was trained, where that fits the pictures), landmarks, or none for " +
                "pictures cropped to the face",
            DefaultValueFactory = _ => "auto"
        };
        alignment.AcceptOnlyFromAmong("auto", "landmarks", "none");
        var page = new Option<string?>("--page")
        {
            Description = "HTML page with frames, difference, attention and scores"
        };
        var command = new Command("predict",
            "Classify a new clip: find the face, onset and apex, and say which were chosen.  Example: mer predict " +
            "clip.mp4 --weights w.safetensors --page clip.html")
        {
            recording, weights, onset, apex, units, alignment, page
        };
        command.SetAction((parsed, _) => Task.Run(() =>
        {
            var (path, first, second) = (parsed.GetValue(recording), parsed.GetValue(onset), parsed.GetValue(apex));
            var html = parsed.GetValue(page) is { } given ? OutputFile.Of("--page", given, ".html", ".htm") : null;
            var input = Input(path, first, second);
            using var model = FittedModel.Load(parsed.GetValue(weights)!);
            var align = Aligns(model.Origin, input, parsed.GetValue(alignment)!);
            using var clip = NewClip.Prepare(input, model.Origin.Experiment.Model.InputSize, align,
                model.Origin.Classes, out var spotting);
            var (logits, found) = model.Predict(clip, parsed.GetValue(units) is { } coded ? Units(coded) : null);
            var prediction = new ClipPrediction(input.Path, model, clip, spotting, logits, found)
            {
                AreUnitsDetected = parsed.GetValue(units) is null
            };
            foreach (var remark in prediction.Remarks) Remark.Say(remark);
            Terminal.Write(prediction.Table());
            if (html is null) return;
            AtomicFile.Write(html, prediction.ToHtml());
            Console.WriteLine($"Page: {html}");
        }));
        return command;
    }

    /// <summary>The recording, or two pictures, which may be named as files of a folder of frames.</summary>
    /// <exception cref="UserErrorException">The files named are too few, too many, or one picture for both.</exception>
    public static Recording Input(string? path, string? onset, string? apex)
    {
        if (onset is null || apex is null)
            return path is not null && (onset ?? apex) is null
                ? Recording.Open(path)
                : throw new UserErrorException("Name a video or a folder of frames, or both --onset and --apex; next " +
                    "to a folder, these are names of its files.");
        if (path is not null && !Directory.Exists(path))
            throw new UserErrorException($"{path} is no folder of frames, so --onset and --apex cannot be files of " +
                "it; leave it out, or name a folder.");
        string Picture(string name) =>
            path is null ? name
            : Path.Combine(path, name) is var within && File.Exists(within) ? within
            : File.Exists(name) ? name
            : throw new UserErrorException($"There is no file {name} in {Path.GetFullPath(path)}; name two of its " +
                "pictures with --onset and --apex.");
        var (first, second) = (Picture(onset), Picture(apex));
        return Path.GetFullPath(first) != Path.GetFullPath(second) ? Recording.Of(first, second)
            : throw new UserErrorException(
                $"--onset and --apex are both {first}, which shows no movement; name two pictures.");
    }

    /// <summary>
    /// A network of crops sees crops; where the picture is none, the face is brought to about the same place.
    /// </summary>
    static bool Aligns(ModelOrigin origin, Recording input, string alignment)
    {
        if (alignment != "auto") return alignment == "landmarks";
        if (origin.Aligned) return true;
        using var model = LandmarkModel.Open();
        using var finder = new FaceFinder(model);
        using var image = FrameImage.Decode(input.Frames().First().Bytes);
        // A crop is filled by its face.
        if (image is null || finder.Find(image) is not { } face || face.Box.Width > 0.45 * image.Cols) return false;
        Remark.Say("The network was trained on the data set's own crops, and this is a larger picture: the face is " +
            "aligned by landmarks instead, to about the same place (--alignment none resizes the whole picture).");
        return true;
    }

    /// <summary>Action units as they are written: 4+7, AU4+AU7, none.</summary>
    /// <exception cref="UserErrorException">One is not among those that networks are given.</exception>
    public static ImmutableArray<int> Units(string text) => text.Equals("none", StringComparison.OrdinalIgnoreCase) ? []
        : [.. text.Split('+', ',').Select(u => int.TryParse(
            u.Trim() is var plain && plain.StartsWith("AU", StringComparison.OrdinalIgnoreCase) ? plain[2..] : plain,
            out var unit) && ActionUnits.Used.Contains(unit) ? unit
            : throw new UserErrorException($"--action-units {text}: '{u}' is none of the network's units, which are " +
                $"{string.Join(", ", ActionUnits.Used)}; write them like 4+7."))];
}

/// <summary>How well onset and apex are spotted, against a data set's coders.</summary>
static class DataSpotCommand
{
    public static Command Create()
    {
        var options = new DataOptions();
        var command = new Command("spot",
            "Measure how far the apex that mer predict spots is from the coders', in frames, and how far the clip's " +
            "middle is.  Example: mer data spot");
        options.AddViewTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            options.FallBack(parsed, RepositoryRoot.Find(), Profile.Small.SyntheticSize, DatasetNames.Paper, cancel);
            foreach (var id in options.Datasets(parsed))
            {
                var errors = SpottingErrors.Of(options.Choices(parsed, id).Source(options.Root(parsed), id),
                    options.Choices(parsed, id)
                        .Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed)));
                Terminal.Write(ClipPrediction.Of(errors));
            }
        }));
        return command;
    }
}
