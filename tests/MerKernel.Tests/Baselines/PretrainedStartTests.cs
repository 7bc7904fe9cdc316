using System.Text.Json;
using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Synthetic;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Baselines;

/// <summary>Outside weights of the compared systems.</summary>
[Collection(AloneCollection.Name)]
public class PretrainedStartTests
{
    public static IEnumerable<object[]> Systems =>
    [
        [new DssnOptions { FlowSize = 67 }],
        [new MiMaNetOptions { InputSize = 32, AssumedFrames = 2, WidthDivisor = 16 }],
        [new MicronBertOptions { InputSize = 32, Width = 16 }],
    ];

    [Theory]
    [MemberData(nameof(Systems))]
    public void Parts_start_from_the_file_and_the_rest_from_the_seed(PretrainableOptions options)
    {
        using var folder = new TemporaryFolder();
        using var donor = options.Create(seed: 7, actionUnits: false);
        var file = Written(folder, ((IStartsPretrained)donor).PretrainedParts.First().state_dict());
        using var random = options.Create(seed: 8, actionUnits: false);
        using var started = PretrainedStart.Create(options with { Pretrained = file }, seed: 8, actionUnits: false);
        foreach (var part in ((IStartsPretrained)started).PretrainedParts)
            foreach (var (name, tensor) in part.state_dict())
                Assert.True(tensor.allclose(((IStartsPretrained)donor).PretrainedParts.First().state_dict()[name]),
                    name);
        Assert.True(started.state_dict()["fc.weight"].allclose(random.state_dict()["fc.weight"]));
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void A_missing_or_misshapen_tensor_is_named_with_the_file_and_the_cure(PretrainableOptions options)
    {
        using var folder = new TemporaryFolder();
        using var donor = options.Create(seed: 7, actionUnits: false);
        var state = ((IStartsPretrained)donor).PretrainedParts.First().state_dict();
        var first = state.Keys.First(k => k.EndsWith("weight", StringComparison.Ordinal));
        string Refused(Dictionary<string, Tensor> tensors)
        {
            var file = Written(folder, tensors);
            return Assert.Throws<UserErrorException>(() =>
                PretrainedStart.Create(options with { Pretrained = file }, 8, actionUnits: false)).Message;
        }
        var missing = Refused(state.Where(p => p.Key != first).ToDictionary());
        Assert.Contains($"weights.safetensors has no tensor '{first}', which", missing);
        Assert.Contains("take the file away to start from the substitute", missing);
        Assert.Contains($"holds '{first}' as [2, 3], ",
            Refused(state.ToDictionary(p => p.Key, p => p.Key == first ? zeros(2, 3) : p.Value)));
    }

    [Fact]
    public void The_frozen_features_are_those_of_the_file_s_network()
    {
        using var folder = new TemporaryFolder();
        using var data = TinyDataset.Create();
        using var donor = FrozenResNet.Create(widthDivisor: 8);
        foreach (var parameter in donor.parameters()) using (no_grad()) parameter.mul_(0.5);
        var file = Written(folder, donor.state_dict());
        var random = new FrozenFeatureInput(2, 2, 8, null);
        var (own, started) = (MerKernel.Training.ClipInputs.Of(data, random),
            MerKernel.Training.ClipInputs.Of(data, random with { Weights = file }));
        Assert.Equal(own.shape, started.shape);
        Assert.False(own.allclose(started));
        // The first frame is the onset, which no factor changes: its versions are one image.
        Assert.True(started[0, 0, 0].allclose(started[0, 0, 1]));
        Assert.False(started[0, 1, 0].allclose(started[0, 1, 1]));
    }

    [Fact]
    public void A_magnifier_s_weights_take_the_place_of_linear_magnification()
    {
        using var folder = new TemporaryFolder();
        using var data = TinyDataset.Create();
        using var donor = new Magnifier();
        var file = Written(folder, donor.state_dict());
        using var scope = NewDisposeScope();
        // A frame that has not moved keeps its shape whatever the factor, but for the biases behind the change.
        var onset = rand(1, 3, 16, 16);
        using (no_grad())
            foreach (var (name, bias) in donor.named_parameters()
                .Where(p => p.name.StartsWith("change") && p.name.EndsWith("bias")))
                bias.zero_();
        Tensor Shape(double factor) { donor.Factor = factor; return donor.Shape(onset, onset); }
        Assert.True(Shape(1).allclose(Shape(3), atol: 1e-5));
        Assert.Equal([1, 32, 8, 8], Shape(1).shape);
        Assert.Equal([1, 3, 16, 16], donor.call((onset, onset)).shape);
        foreach (ClipInput plain in new ClipInput[] { new PatchInput(), new FrozenFeatureInput(2, 2, 8, null) })
        {
            ClipInput learned = plain is PatchInput
                ? new PatchInput { Magnifier = file }
                : new FrozenFeatureInput(2, 2, 8, null, file);
            var (ours, theirs) = (MerKernel.Training.ClipInputs.Of(data, plain),
                MerKernel.Training.ClipInputs.Of(data, learned));
            Assert.Equal(ours.shape, theirs.shape);
            Assert.False(ours.allclose(theirs));
        }
    }

    [Fact]
    public void Files_are_found_by_the_system_s_key()
    {
        using var folder = new TemporaryFolder();
        using var donor = new Magnifier();
        Safetensors.Write(Path.Combine(folder.Path, "magnifier.safetensors"), donor.state_dict());
        Safetensors.Write(Path.Combine(folder.Path, "aman.safetensors"),
            new Dictionary<string, Tensor> { ["x"] = zeros(1) });
        // A name that no part starts from.
        File.Copy(folder.File("aman.safetensors"), folder.File("au-gcn.safetensors"));
        ModelOptions Of(Profile profile, Peer peer) =>
            new OutsideWeights(folder.Path).Start(peer.Model(profile));
        var aman = Assert.IsType<AmanOptions>(Of(Profile.Paper, new Peer(Aman.Baseline)));
        Assert.EndsWith("aman.safetensors", aman.Pretrained!.Path);
        Assert.EndsWith("magnifier.safetensors", aman.Magnifier!.Path);
        var graph = Assert.IsType<AuGcnOptions>(Of(Profile.Paper, new Peer(AuGcn.Baseline)));
        Assert.Null(graph.Pretrained);
        Assert.EndsWith("magnifier.safetensors", graph.Magnifier!.Path);
        // Files that a row of one's own names stay.
        var mine = PretrainedStart.File(folder.File("au-gcn.safetensors")) with { Path = "mine" };
        var own = Assert.IsType<AmanOptions>(new OutsideWeights(folder.Path).Start(
            new AmanOptions { Pretrained = mine, Magnifier = mine }));
        Assert.Equal(("mine", "mine"), (own.Pretrained!.Path, own.Magnifier!.Path));

        // A row of one's own with the system's network, trained otherwise, begins as the system does.
        using var bench = new Workbench
        {
            Root = folder.Path, WeightsFolder = folder.Path, Profile = Profile.Paper, Synthetic = new SyntheticData()
        };
        bench.LoadCounts(DatasetId.CasmeII);
        var slower = new Change("own/slower", "slower", full => new Peer(Aman.Baseline).Of(full, Profile.Paper) is var e
            ? e with { Training = e.Training with { LearningRate = 1e-6 } } : e);
        Assert.Equal(bench.Experiment(new Peer(Aman.Baseline), DatasetId.CasmeII).Model,
            bench.Experiment(slower, DatasetId.CasmeII).Model);
        Assert.Equal(aman.Pretrained, ((AmanOptions)bench.Experiment(slower, DatasetId.CasmeII).Model).Pretrained);
    }

    [Fact]
    public void Systems_that_need_more_of_a_clip_than_onset_and_apex_say_so() =>
        Assert.Equal(["aman", "au-gcn", "graph-tcn", "mersiamc3d", "mimanet", "tscnn"], Baseline.All
            .Where(b => new Peer(b).Model(Profile.Paper).Input is { NeedsFiles: true }).Select(b => b.Key).Order());

    [Fact]
    public void A_file_that_was_exchanged_since_is_not_loaded_under_its_old_name()
    {
        using var folder = new TemporaryFolder();
        using var network = new Magnifier();
        var weights = Written(folder, network.state_dict());
        PretrainedStart.Load(network, weights, "Magnifier");
        Written(folder, new() { ["x"] = zeros(1) });
        Assert.Contains("holds other weights than those with the SHA-256",
            Assert.Throws<UserErrorException>(() => PretrainedStart.Load(network, weights, "Magnifier")).Message);
    }

    [Fact]
    public void Weights_from_a_file_take_the_place_of_the_epochs_that_would_have_made_them()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(Path.Combine(folder.Path, "micron-bert.safetensors"),
            new Dictionary<string, Tensor> { ["x"] = zeros(1) });
        foreach (var id in DatasetNames.Paper) SyntheticSet.Write(id, SyntheticOptions.Tiny, folder.File("data"));
        (int Epochs, int Before) Of(string? weights)
        {
            using var bench = new Workbench
            {
                Profile = Profile.Paper, DataFolder = folder.File("data"),
                StoreFolder = folder.File("store"), CacheFolder = folder.File("cache"), WeightsFolder = weights,
            };
            bench.Load(DatasetId.CasmeII);
            var experiment = bench.Experiment(new Peer(MicronBert.Baseline), DatasetId.CasmeII);
            return (experiment.Training.Epochs, experiment.Model.EpochsBeforeClasses);
        }
        Assert.Equal([(250, 200), (50, 0)], [Of(folder.File("none")), Of(folder.Path)]);
    }

    [Fact]
    public void A_record_that_names_no_place_finds_its_files_by_what_is_in_them()
    {
        using var folder = new TemporaryFolder();
        using var donor = new Magnifier();
        Safetensors.Write(folder.File("magnifier.safetensors"), donor.state_dict());
        Safetensors.Write(folder.File("aman.safetensors"), new Dictionary<string, Tensor> { ["x"] = zeros(1) });
        var stored = JsonSerializer.Deserialize<ModelOptions>(JsonSerializer.Serialize(
            new OutsideWeights(folder.Path).Start(new Peer(Aman.Baseline).Model(Profile.Paper)),
            StoreJson.Options),
            StoreJson.Options)!;
        Assert.Null(((AmanOptions)stored).Pretrained!.Path);

        // As a cluster's task has it: a workbench of its own, and files that may have been renamed.
        File.Move(folder.File("aman.safetensors"), folder.File("renamed.safetensors"));
        var task = new OutsideWeights(folder.Path);
        var experiment = new Experiment { Dataset = DatasetId.CasmeII, DatasetFingerprint = "f", Model = stored };
        var located = (AmanOptions)task.Locate(experiment).Model;
        Assert.Equal([folder.File("renamed.safetensors"), folder.File("magnifier.safetensors")],
            [located.Pretrained!.Path!, located.Magnifier!.Path!]);
        var plain = experiment with { Model = Profile.Tiny.Model };
        Assert.Equal(plain, task.Locate(plain));
        // A backbone is found in the same way.
        var sha = PretrainedStart.File(folder.File("magnifier.safetensors")).Sha256;
        Assert.Equal(folder.File("magnifier.safetensors"),
            task.Locate(plain with { StartsFrom = new PretrainedWeights(sha) }).StartsFrom!.Path);

        using var elsewhere = new TemporaryFolder();
        Assert.Equal(folder.File("magnifier.safetensors"),
            new OutsideWeights(elsewhere.Path, folder.File("magnifier.safetensors"))
                .Locate(plain with { StartsFrom = new PretrainedWeights(sha) }).StartsFrom!.Path);

        File.Delete(folder.File("renamed.safetensors"));
        var later = new OutsideWeights(folder.Path);
        Assert.Contains("--weights", Assert.Throws<UserErrorException>(() => later.Locate(experiment)).Message);
    }

    [Fact]
    public void An_experiment_is_known_by_what_is_in_the_file_and_not_by_where_it_lies()
    {
        var weights = new PretrainedWeights(new string('a', 64)) { Path = "/one/aman.safetensors" };
        Experiment With(PretrainedWeights? file) => new()
        {
            Dataset = DatasetId.CasmeII, DatasetFingerprint = "f", Model = new AmanOptions { Pretrained = file }
        };
        Assert.Equal(ExperimentHash.Of(With(weights)),
            ExperimentHash.Of(With(weights with { Path = "/two/aman.safetensors" })));
        Assert.NotEqual(ExperimentHash.Of(With(weights)),
            ExperimentHash.Of(With(weights with { Sha256 = new string('b', 64) })));
        Assert.NotEqual(ExperimentHash.Of(With(weights)), ExperimentHash.Of(With(null)));
        var aman = Aman.Baseline;
        Assert.Contains("starts from aman.safetensors (SHA-256 aaaaaaaa...)",
            aman.AssumedOf(new AmanOptions { Pretrained = weights }, aman.PublishedTraining));
        Assert.Contains(aman.Substitute, aman.AssumedOf(new AmanOptions(), aman.PublishedTraining));
    }

    static PretrainedWeights Written(TemporaryFolder folder, Dictionary<string, Tensor> tensors)
    {
        var path = Path.Combine(folder.Path, "weights.safetensors");
        Safetensors.Write(path, tensors);
        return PretrainedStart.File(path);
    }
}
