using MerKernel.Data;
using MerKernel.Faces;
using MerKernel.Synthetic;

namespace MerKernel.Tests.Data;

/// <summary>
/// One clip per subject of both small synthetic sets, CASME II with its raw frames, on disk for the tests of a class.
/// </summary>
public sealed class FilmedSyntheticSet : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public FilmedSyntheticSet()
    {
        Model = LandmarkModel.Open();
        var options = SyntheticOptions.Small with { RawFrames = true };
        foreach (var dataset in DatasetNames.Paper)
        {
            var set = dataset.FolderIn(folder);
            var clips = SyntheticSet.Truth(dataset, options)
                .Where(c => ClassSet.Five(dataset).LabelOf(c.Emotion.ToLowerInvariant()) is not null)
                .DistinctBy(c => c.Subject).ToArray();
            Directory.CreateDirectory(set);
            File.WriteAllText(Path.Combine(set, FrameLayout.SyntheticMark), """{"synthetic":true}""");
            using var studio = new Studio(dataset, options, set);
            foreach (var clip in clips) studio.Film(clip, default);
            Sheets.Write(dataset, clips, Path.Combine(set, Sheets.NameOf(dataset)));
        }
    }

    /// <summary>The folder with CASME2/ and SAMM/.</summary>
    public string Root => folder;

    /// <summary>The landmark model, read once.</summary>
    public LandmarkModel Model { get; }

    public string Cache => folder.File("cache");

    public void Dispose()
    {
        Model.Dispose();
        folder.Dispose();
    }
}
