using MerKernel.Faces;

namespace MerKernel.Data;

/// <summary>How far spotted apexes are from the coders', over a data set's clips from onset to offset.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Synthetic">Whether it is synthetic.</param>
/// <param name="Clips">Subject, frames between the spotted and the coded apex, and between the middle of the clip and the coded apex.</param>
public sealed record SpottingErrors(DatasetId Dataset, bool Synthetic, ImmutableArray<(string Subject, double Spotted, double Middle)> Clips)
{
    /// <summary>Spots the apex of every clip whose frames are there; the onset is the first frame that is shown.</summary>
    /// <exception cref="UserErrorException">No clip can be measured.</exception>
    public static SpottingErrors Of(DatasetSource source, PreparationOptions options)
    {
        var layout = FrameLayout.Find(source);
        var sheet = CodingSheet.Read(layout.Sheet, options.Errata, options.Readings, layout.Description);
        sheet.MustBe(source.Id);
        using var model = LandmarkModel.Open();
        using var finder = new FaceFinder(model);
        var clips = ImmutableArray.CreateBuilder<(string, double, double)>();
        foreach (var clip in sheet.Clips)
        {
            if (layout.FolderOf(clip) is not { } folder) continue;
            var files = FrameFolder.Read(folder).Files.Where(f => f.Key >= clip.Onset && f.Key <= clip.Offset).ToList();
            if (files.Count < 3 || !files.Exists(f => f.Key == clip.Apex)) continue;
            var spotted = NewClip.Spot(Recording.Of([.. files.Select(f => f.Value.FullName)]), finder, needsFace: PreparationPlan.Aligns(layout, options));
            clips.Add((clip.Subject, Math.Abs(files[spotted.Apex].Key - clip.Apex), Math.Abs((clip.Onset + clip.Offset) / 2.0 - clip.Apex)));
        }
        return clips.Count > 0 ? new(source.Id, layout.Synthetic, clips.ToImmutable()) : throw new UserErrorException($"No clip of {source.Id.Title()} in {source.Root} has its frames from onset to offset.");
    }
}
