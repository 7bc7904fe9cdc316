using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Tests.Experiments;

public class RunManifestTests
{
    [Fact]
    public void A_run_s_folder_says_what_its_data_were_made_of()
    {
        using var folder = new TemporaryFolder();
        var manifest = new DatasetManifest
        {
            Dataset = DatasetId.Samm, Synthetic = true, Fingerprint = "f", Sheet = "sheet.xlsx", SheetSha256 = "00",
            Frames = "SAMM", Preparation = "size 224",
            Clips = [new PreparedClip("006/006_1_2", "key", [5562, 5563], [5588], ["erratum x: y"])],
            Dropped = [new DroppedClip("024/024_1_1", "the emotion 'fear' is outside the class set 'five'")],
        };
        var experiment = new Experiment { Dataset = DatasetId.Samm, DatasetFingerprint = "f" };
        var store = new RunStore(folder);
        store.Save(experiment, manifest);
        var read = DatasetManifest.FromJson(
            File.ReadAllText(Path.Combine(store.FolderOf(ExperimentHash.Of(experiment)), "data.json")));
        Assert.Equal(manifest.ToJson(), read.ToJson());
        Assert.Equal([5562, 5563], read.Clips.Single().OnsetFrames.AsEnumerable());
        Assert.Equal("024/024_1_1", read.Dropped.Single().Clip);
    }
}
