using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;

namespace MerKernel.Tests.Experiments;

public class ExperimentHashTests
{
    static readonly Experiment Full = new() { Dataset = DatasetId.CasmeII, DatasetFingerprint = "f" };

    [Fact]
    public void Equal_experiments_have_equal_hashes_however_they_were_made() =>
        Assert.Equal(ExperimentHash.Of(Full), ExperimentHash.Of((Full with { Seed = 9 }) with { Seed = 1 }));

    [Fact]
    public void Every_option_changes_the_hash()
    {
        Experiment[] changed =
        [
            Full with { Seed = 2 }, Full with { DatasetFingerprint = "g" }, Full with { Dataset = DatasetId.Samm },
            Full with { ShuffleLabels = true }, Full with { HeldOutSubjects = 1 },
            Full with { Model = Full.Model with { Continuous = false } },
            Full with { Training = Full.Training with { LearningRate = 1e-3 } },
            Full with { Training = Full.Training with { Augmentation = new() { FlipProbability = 0 } } },
        ];
        Assert.Equal(changed.Length + 1, changed.Append(Full).Select(ExperimentHash.Of).Distinct().Count());
    }

    [Fact]
    public void Canonical_JSON_names_enums_and_sorts_its_keys()
    {
        var json = ExperimentHash.CanonicalJson(Full with { Model = new MerNetOptions { Position = PositionStream.ViT } });
        Assert.Contains("\"position\":\"ViT\"", json);
        Assert.True(json.IndexOf("\"dataset\"", StringComparison.Ordinal) < json.IndexOf("\"model\"", StringComparison.Ordinal));
        Assert.DoesNotContain(" ", json);
    }
}
