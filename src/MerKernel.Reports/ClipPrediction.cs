using MerKernel.Interpretability;
using MerKernel.Models;
using MerKernel.Reports.Pictures;
using MerKernel.Training;
using OpenCvSharp;
using TorchSharp;

namespace MerKernel.Reports;

/// <summary>A fitted network's prediction for a new clip, and its input.</summary>
/// <param name="Name">The recording.</param>
/// <param name="Model">The network.</param>
/// <param name="Clip">The clip as the network saw it.</param>
/// <param name="Spotting">The spotted frames; null where onset and apex were given.</param>
/// <param name="Logits">Logits of the classes.</param>
/// <param name="Units">FACS numbers of the action units that the network was given.</param>
public sealed record ClipPrediction(string Name, FittedModel Model, MerDataset Clip, Spotting? Spotting,
    ImmutableArray<float> Logits, ImmutableArray<int> Units)
{
    const int Side = 224;

    /// <summary>Whether the network's detector looked for the units; false where somebody coded them.</summary>
    public bool AreUnitsDetected { get; init; }

    ModelOrigin Origin => Model.Origin;

    /// <summary>Softmax of the logits: shares that sum to 1, not probabilities of being right.</summary>
    public ImmutableArray<double> Scores =>
        [.. Logits.Select(l => Math.Exp(l - Logits.Max())) is var e ? e.Select(x => x / e.Sum()) : []];

    /// <summary>Findings and choices, a message each.</summary>
    public IEnumerable<string> Remarks =>
    [
        .. Clip.Clips[0].Notes.Select(n => char.ToUpperInvariant(n[0]) + n[1..].TrimEnd('.') + "."),
        .. Spotting is { } s
            ? [$"Spotted in {s.Motion.Length} frames: onset {s.Onset}, apex {s.Apex}, counted from 0. The apex is " +
                "where brows, eyes and mouth together moved most against the first frame. " +
                $"{(Directory.Exists(Name)
                    ? "To choose yourself, add --onset and --apex with names of files in the folder."
                    : "To choose yourself, make pictures of it and name two with --onset and --apex instead of it.")}"]
            : Array.Empty<string>(),
        .. Origin.Experiment.ActionUnits == ActionUnitSource.None
            ? []
            : new[] { "Action units " +
                $"{(AreUnitsDetected ? "that the network's detector found" : "given to the network")}: " +
                $"{(Units.IsEmpty ? "none" : string.Join(" + ", Units))}." },
    ];

    /// <summary>The limits of the numbers.</summary>
    public string Caveat => $"No model here was validated on this recording. This one was trained on {Origin.Clips} " +
        $"clips of {Origin.Subjects.Length} subjects of {Origin.Experiment.Dataset.Title()}" +
        $"{(Origin.Synthetic ? ", which are drawn faces, not people," : ", recorded in a laboratory,")} and knows " +
        $"{Origin.Classes.Length} classes: it names one of them whatever the clip shows, and its scores are not " +
        "probabilities of being right. " +
        "Do not judge a person by it.";

    /// <summary>The scores, highest first.</summary>
    public TextTable Table() => TextTable.Of(Path.GetFileName(Name), ["class", ">score", ">logit"],
        Ranked().Select(c => (IEnumerable<string>)[Origin.Classes[c], Figures.Fraction(Scores[c]),
            Logits[c].ToString("0.0000", CultureInfo.InvariantCulture)]), Caveat);

    /// <summary>How well spotting does on a data set, next to the middle of each clip.</summary>
    public static TextTable Of(SpottingErrors errors)
    {
        double Median(Func<(string, double Spotted, double Middle), double> of) =>
            errors.Clips.Select(of).Order().ToArray() is var all
                ? (all[(all.Length - 1) / 2] + all[all.Length / 2]) / 2 : 0;
        IEnumerable<string> Row(string name, Func<(string Subject, double Spotted, double Middle), double> of) =>
            [name, errors.Clips.Average(of).ToString("0.00", CultureInfo.InvariantCulture),
                Median(of).ToString("0.0", CultureInfo.InvariantCulture),
                Figures.Percent(errors.Clips.Count(c => of(c) <= 1) / (double)errors.Clips.Length)];
        return TextTable.Of("Apex, frames from the coders'\n" +
            $"{errors.Dataset.Title()}{(errors.Synthetic ? " (synthetic)" : "")}, {errors.Clips.Length} clips from " +
            "onset to offset",
            ["", ">mean", ">median", ">within 1 frame, %"],
            [Row("spotted by motion", c => c.Spotted), Row("middle of the clip", c => c.Middle)],
            errors.Skipped.IsEmpty ? "" : $"{errors.Skipped.Length} clips were not measured, the first " +
                $"{errors.Skipped[0].Clip}: {errors.Skipped[0].Reason}.");
    }

    IEnumerable<int> Ranked() => Enumerable.Range(0, Logits.Length).OrderByDescending(c => Logits[c]);

    /// <summary>A page that needs nothing else: frames, difference, attention, scores and the caveat.</summary>
    public string ToHtml()
    {
        var text = new StringBuilder($$"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{HtmlText.Encode(Path.GetFileName(Name))}}</title>
            <style>body{font:16px/1.5 system-ui;max-width:60em;margin:2em auto;padding:0 1em;color-scheme:light dark}figure{display:inline-block;margin:.5em}img{width:{{Side}}px}figcaption{max-width:{{Side}}px;font-size:.85em}</style></head><body>
            <h1>{{HtmlText.Encode(Path.GetFileName(Name))}}: {{HtmlText.Encode(Origin.Classes[Ranked().First()])}}?</h1>
            """);
        text.Append(HtmlText.Of(HtmlText.Notice([Caveat])));
        text.Append(HtmlText.Of(Table() with { Notes = [] })).Append("<div>");
        foreach (var (picture, caption) in Pictures())
            text.Append(
                $"<figure><img src=\"data:image/png;base64,{Convert.ToBase64String(picture.Png)}\" alt=\"{HtmlText.Encode(picture.AltText)}\"><figcaption>{HtmlText.Encode(caption)}</figcaption></figure>");
        text.Append("</div>").Append(HtmlText.Of(HtmlText.Paragraphs(Remarks)));
        if (Spotting is { } spotting) text.Append(Curve(spotting));
        return text.Append("</body></html>\n").ToString();
    }

    IEnumerable<(Picture Picture, string Caption)> Pictures()
    {
        Mat Large(Mat small)
        {
            using (small) return small.Resize(new Size(Side, Side), 0, 0, InterpolationFlags.Cubic);
        }

        using Mat onset = MapPicture.Frame(Clip, 0), apex = MapPicture.Frame(Clip, 1);
        yield return Of(Large(onset.Clone()), "Onset, as the network sees it");
        yield return Of(Large(apex.Clone()), "Apex");
        yield return Of(Large(InspectionSheet.Difference(onset, apex)),
            "Apex minus onset, four times as strong, grey is 0");
        if (Model.Network is not MerNet network) yield break;
        var explained = Explained(network);
        yield return Of(MapPicture.Over(explained.PredictedClassMap, Large(apex.Clone()), smooth: true),
            $"Grad-CAM of '{Origin.Classes[explained.Predicted]}': bright places raise its score");
        if (explained.ApexRollout is { } rollout)
            yield return Of(MapPicture.Over(rollout, Large(apex.Clone()), smooth: true),
                "Attention rollout of the position stream on the apex");

        static (Picture, string) Of(Mat image, string caption) => (new(image, caption), caption);
    }

    ClipExplanation Explained(MerNet network)
    {
        using var scope = torch.NewDisposeScope();
        var units = ActionUnits.ToVector(Units.Select(u => new ActionUnit(u)));
        using var pairs = new PairSource(Clip, Clip.Labels, [units], torch.CPU);
        var clips = pairs.Exact([0]).Clips;
        return Explainer.Explain(network, clips.Onset, clips.Apex, clips.ActionUnits,
            torch.zeros([1], torch.ScalarType.Int64))[0];
    }

    static string Curve(Spotting spotting)
    {
        const int width = 640, height = 160;
        var most = Math.Max(spotting.Motion.Max(), 1e-9);
        string X(int frame) =>
            (10 + (width - 20.0) * frame / (spotting.Motion.Length - 1)).ToString("0.#", CultureInfo.InvariantCulture);
        string Y(double motion) =>
            (height - 20 - (height - 40) * motion / most).ToString("0.#", CultureInfo.InvariantCulture);
        string Mark(int frame, string name) => $"<line x1=\"{X(frame)}\" x2=\"{X(frame)}\" y1=\"10\" " +
            $"y2=\"{height - 20}\" stroke=\"#b35900\"/><text x=\"{X(frame)}\" y=\"{height - 5}\" " +
            $"text-anchor=\"middle\" font-size=\"12\" fill=\"currentColor\">{name} {frame}</text>";
        return $"<figure><svg width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Motion by " +
            "frame\"><polyline fill=\"none\" stroke=\"currentColor\" " +
            $"points=\"{string.Join(' ', spotting.Motion.Select((m, i) => $"{X(i)},{Y(m)}"))}\"/>" +
            $"{Mark(spotting.Onset, "onset")}{Mark(spotting.Apex, "apex")}</svg><figcaption " +
            "style=\"max-width:none\">Motion of brows, eyes and mouth against the first frame, at most " +
            $"{most.ToString("0.00", CultureInfo.InvariantCulture)} pixels of a face {Spotter.Side} pixels " +
            "wide.</figcaption></figure>";
    }
}
