using MerKernel.Data;
using MerKernel.Reporting.Pictures;
using Microsoft.AspNetCore.Html;
using Microsoft.Data.Analysis;
using OpenCvSharp;
using Plotly.NET;

namespace MerKernel.Reporting.Datasets;

/// <summary>Looks at the data sets themselves: sheets, counts, action units, faces, single clips.</summary>
/// <param name="study">Profile and data.</param>
/// <param name="showFaces">Whether frames are shown; null shows them for synthetic data alone.</param>
public sealed class DataStudy(Study study, bool? showFaces)
{
    /// <summary>Side of the frames that are shown: the paper's, whatever size the networks see.</summary>
    /// <summary>Where it started from.</summary>
    public Study Study => study;

    /// <summary>The clips of a data set as its sheet codes them, repairs included.</summary>
    /// <param name="set">casme2 or samm.</param>
    public DataFrame Sheet(string set)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        StringDataFrameColumn Text(string name, Func<Clip, string> of) => new(name, data.Clips.Select(of));
        Int32DataFrameColumn Number(string name, Func<Clip, int> of) => new(name, data.Clips.Select(of));
        return new DataFrame(
            Text("subject", c => c.Subject), Text("clip", c => c.Name), Number("onset", c => c.Onset), Number("apex", c => c.Apex), Number("offset", c => c.Offset),
            Text("action units", c => string.Join("+", c.ActionUnits.Select(InspectionSheet.Code))), Text("emotion", c => c.Emotion), Text("notes", c => string.Join("; ", c.Notes)));
    }

    /// <summary>Clips and subjects of each class beside the published counts.</summary>
    public IHtmlContent Counts() => CountPage.Table(this);

    /// <summary>Clips of each subject beside the published counts.</summary>
    public GenericChart Subjects() => CountPage.Subjects(this);

    /// <summary>Which action units go with which emotion.</summary>
    public GenericChart ActionUnits() => ActionUnitChart.Of(this);

    /// <summary>The onset face of the first clip of every subject as it is prepared; a sentence where faces may not be shown.</summary>
    /// <param name="set">casme2 or samm.</param>
    public object Faces(string set)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        if (!Shows(data)) return Withheld(data);
        var views = ClipView.Open(study.Bench.Source(data.Id), data.Clips.DistinctBy(c => c.Subject).Select(c => c.Id), study.Bench.Preparation(data.Id));
        var rows = views.Select(v => new PictureGrid.Tile(v.Onset.Clone(), $"{v.Clip.Subject}, {v.Clip.Emotion}")).Chunk(8).Select(tiles => new PictureGrid.Row("", tiles)).ToList();
        foreach (var view in views) view.Dispose();
        return PictureGrid.Draw($"{Title(data)}: one onset face a subject, as prepared", DataNotice.Brief(data.Synthetic, study.Bench.Profile.Name), [], rows);
    }

    /// <summary>Onset, landmarks, apex, difference and optical flow of a clip; a sentence where faces may not be shown.</summary>
    /// <param name="set">casme2 or samm.</param>
    /// <param name="clip">Id or name of the clip; null takes the clip with the most action units.</param>
    public object Clip(string set, string? clip = null)
    {
        var data = study.Bench.Dataset(DatasetNames.Named(set));
        if (!Shows(data)) return Withheld(data);
        using var view = ClipView.Open(study.Bench.Source(data.Id), clip ?? data.Clips.MaxBy(c => c.ActionUnits.Length)!.Id, study.Bench.Preparation(data.Id));
        using var sheet = InspectionSheet.Draw(view);
        return new Picture(sheet.Resize(new Size(), 0.55, 0.55, InterpolationFlags.Area), InspectionSheet.InWords(view));
    }

    /// <summary>What was repaired in the sheets, and which clips are not scored.</summary>
    public IHtmlContent Repairs() => CountPage.Repairs(this);

    /// <summary>Sentences computed from the counts.</summary>
    public IHtmlContent Conclusion() => HtmlText.Paragraphs(CountPage.Conclusions(this));

    /// <summary>A data set's name; a look-alike's says so.</summary>
    internal static string Title(MerDataset data) => $"{data.Id.Title()}{(data.Synthetic ? " look-alike" : "")}";

    bool Shows(MerDataset data) => showFaces ?? data.Synthetic;

    static IHtmlContent Withheld(MerDataset data) => HtmlText.Paragraphs(
        [$"{data.Id.Title()}: faces are not shown. The licence allows the faces of only a few of its subjects to be published, and an executed notebook is kept. Set showFaces = true to look at them here, and clear the outputs before you pass the notebook on."]);
}
