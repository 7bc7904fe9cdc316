using MerKernel.Models;
using MerKernel.Tests.Models;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Weights;

public class ModelWeightsTests
{
    [Fact]
    public void A_loaded_network_computes_what_the_saved_one_computed()
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        using var saved = Networks.Create("both-directions");
        using var loaded = Networks.Create("both-directions", seed: 2);
        var (onset, apex, units) = Networks.Batch(3, 40);
        saved.train();
        saved.call(new ClipBatch(onset, apex, units)); // moves the BatchNorm statistics away from their start
        ModelWeights.Save(saved, folder.File("w.safetensors"));
        ModelWeights.Load(loaded, folder.File("w.safetensors"));
        saved.eval();
        loaded.eval();
        Assert.Equal(Networks.Values(saved.call(new ClipBatch(onset, apex, units))),
            Networks.Values(loaded.call(new ClipBatch(onset, apex, units))));
    }

    [Theory]
    [InlineData("missing", "has no tensor 'head.bn1.weight'")]
    [InlineData("extra", "holds 'head.fc9.weight'")]
    [InlineData("shape", "holds 'head.bn1.weight' as [1], the network needs [85]")]
    [InlineData("type", "holds 'head.bn1.weight' as Float64, the network needs Float32")]
    public void A_state_that_does_not_fit_is_refused_by_tensor_and_changes_nothing(string fault, string says)
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        using var network = Networks.Create();
        var state = network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone());
        state["head.fc3.bias"] += 1;
        _ = fault switch
        {
            "missing" => state.Remove("head.bn1.weight") ? null : state,
            "extra" => state["head.fc9.weight"] = ones(1),
            "shape" => state["head.bn1.weight"] = ones(1),
            _ => (object)(state["head.bn1.weight"] = ones([85], ScalarType.Float64)),
        };
        Safetensors.Write(folder.File("w.safetensors"), state);
        var before = Networks.Values(network.get_parameter("head.fc3.bias")!);
        var error = Assert.Throws<UserErrorException>(() => ModelWeights.Load(network, folder.File("w.safetensors")));
        Assert.Contains(says, error.Message);
        Assert.Equal(before, Networks.Values(network.get_parameter("head.fc3.bias")!));
    }
}
