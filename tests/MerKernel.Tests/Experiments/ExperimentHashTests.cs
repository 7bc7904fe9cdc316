using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Training;

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
            Full with { Model = new MerNetOptions { Continuous = false } },
            Full with { Model = new MerNetOptions { Classes = 4 } },
            Full with { ActionUnits = ActionUnitSource.None }, Full with { ActionUnits = ActionUnitSource.Shuffled },
            Full with { Training = Full.Training with { LearningRate = 1e-3 } },
            Full with { Training = Full.Training with { Augmentation = new() { FlipProbability = 0 } } },
        ];
        Assert.Equal(changed.Length + 1, changed.Append(Full).Select(ExperimentHash.Of).Distinct().Count());
    }

    [Fact]
    public void A_difference_names_the_default_of_an_option_that_came_later()
    {
        var changed = Full with { Training = Full.Training with { Beta2 = 0.99, Optimizer = OptimizerKind.Sgd } };
        Assert.Equal([("beta2", "0.999", "0.99"), ("optimizer", "AdamW", "Sgd")],
            OptionDifference.Between(Full, changed).Select(d => (d.Words, d.First, d.Second)));
    }

    // Written by hand from the options' stated defaults, its digest by sha256sum: where this test fails, every stored
    // run is about to be trained again.
    [Fact]
    public void The_papers_full_network_has_the_text_and_digest_written_by_hand()
    {
        var text = """
            {"actionUnits":"Annotated","dataset":"CasmeII","datasetFingerprint":"f","heldOutSubjects":0,"model":{"activation":"HSwish","attention":"Vertical","classes":5,
            "continuous":true,"frames":"OnsetAndApex","inputSize":224,"motion":"ContinuousAttention","network":"MerNet","position":"Swin","revision":2,"stochasticDepth":0.1,"widthDivisor":1,
            "windowSize":7},"seed":1,"shuffleLabels":false,"training":{"accumulationSteps":2,"augmentation":{"cropPadding":15,"flipProbability":0.5,"maxRotationDegrees":3},
            "batchSize":16,"decayEpochs":50,"epochs":75,"frameJitter":true,"learningRate":0.0008,"learningRateDecay":0.987,"weightDecay":0.6}}
            """.ReplaceLineEndings("");
        Assert.Equal(text, ExperimentHash.CanonicalJson(Full));
        Assert.Equal("c0e2f165b5ded0e2", ExperimentHash.Of(Full));
    }

    [Fact]
    public void Only_what_the_networks_mended_block_changed_has_another_hash_than_before()
    {
        // At half the width max(8, C / 32) and max(8, C_in / 32) are both 8; ResNet-18 has no such block.
        Assert.DoesNotContain("revision",
            ExperimentHash.CanonicalJson(Full.WithModel(m => m with { WidthDivisor = 2 })));
        Assert.DoesNotContain("revision",
            ExperimentHash.CanonicalJson(Full.WithModel(m => m with { Motion = MotionStream.ResNet18 })));
        Assert.Contains("\"revision\":2",
            ExperimentHash.CanonicalJson(Full.WithModel(m => m with { Position = PositionStream.None })));
    }

    [Fact]
    public void An_option_that_came_later_is_left_out_at_its_default_and_read_back()
    {
        Assert.DoesNotContain("beta2", ExperimentHash.CanonicalJson(Full));
        var other = Full with { Training = Full.Training with { Beta2 = 0.99, DecayEvery = 30 } };
        Assert.Contains("\"beta2\":0.99", ExperimentHash.CanonicalJson(other));
        Assert.Equal(other, System.Text.Json.JsonSerializer
            .Deserialize<Experiment>(ExperimentHash.CanonicalJson(other), StoreJson.Options));
        Assert.Equal(Full, System.Text.Json.JsonSerializer
            .Deserialize<Experiment>(ExperimentHash.CanonicalJson(Full), StoreJson.Options));
    }

    [Fact]
    public void A_system_s_input_adds_nothing_to_its_text_because_its_options_say_it_already() =>
        Assert.All(Peers.All, peer => Assert.DoesNotContain("\"input\":{\"",
            ExperimentHash.CanonicalJson(Full with { Model = peer.Model(Profile.Small) })));

    [Fact]
    public void Canonical_JSON_names_enums_and_sorts_its_keys()
    {
        var json = ExperimentHash.CanonicalJson(
            Full with { Model = new MerNetOptions { Position = PositionStream.ViT } });
        Assert.Contains("\"position\":\"ViT\"", json);
        Assert.True(json.IndexOf("\"dataset\"", StringComparison.Ordinal) < json.IndexOf("\"model\"",
            StringComparison.Ordinal));
        Assert.DoesNotContain(" ", json);
    }
}
