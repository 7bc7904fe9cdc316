using MerKernel.Models;
using MerKernel.Tests.Models;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Weights;

public class BackboneWeightsTests
{
    [Theory]
    [InlineData("layer1.0.conv1.weight", "motion.layer1.0.conv1.weight")]
    [InlineData("layer4.0.downsample.1.running_var", "motion.layer4.0.downsample.1.running_var")]
    [InlineData("fc.weight", null)]
    [InlineData("features.0.0.weight", "position.patch_embed.proj.weight")]
    [InlineData("features.0.2.bias", "position.patch_embed.norm.bias")]
    [InlineData("features.1.1.norm1.weight", "position.layers.0.blocks.1.norm1.weight")]
    [InlineData("features.2.reduction.weight", "position.layers.0.downsample.reduction.weight")]
    [InlineData("features.3.0.attn.relative_position_bias_table",
        "position.layers.1.blocks.0.attn.relative_position_bias_table")]
    [InlineData("features.5.17.mlp.0.weight", "position.layers.2.blocks.17.mlp.fc1.weight")]
    [InlineData("features.5.4.mlp.3.bias", "position.layers.2.blocks.4.mlp.fc2.bias")]
    [InlineData("patch_embed.proj.weight", "position.patch_embed.proj.weight")]
    [InlineData("layers.2.blocks.5.mlp.fc1.weight", "position.layers.2.blocks.5.mlp.fc1.weight")]
    [InlineData("norm.weight", "position.norm.weight")]
    [InlineData("head.fc.weight", null)]
    public void Published_names_are_translated(string source, string? expected) =>
        Assert.Equal(expected, BackboneWeights.Translate(source, mergesAfterStage: false));

    [Fact]
    public void Timms_patch_merging_is_found_at_the_end_of_a_stage_or_at_the_start_of_the_next()
    {
        Assert.Equal("position.layers.0.downsample.norm.weight",
            BackboneWeights.Translate("layers.0.downsample.norm.weight", mergesAfterStage: true));
        Assert.Equal("position.layers.0.downsample.norm.weight",
            BackboneWeights.Translate("layers.1.downsample.norm.weight", mergesAfterStage: false));
    }

    [Fact]
    public void The_report_names_what_was_loaded_what_was_not_and_what_stays_random()
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        using var network = Networks.Create("fpf");
        var path = folder.File("b.safetensors");
        Safetensors.Write(path, new Dictionary<string, Tensor>
        {
            ["conv1.weight"] = full([8, 3, 7, 7], 0.25f),
            ["bn1.weight"] = ones(9),
            ["fc.weight"] = ones(3),
            ["features.1.0.norm1.weight"] = full([16], 0.5f),
        });
        var report = BackboneWeights.Load(network, path);
        Assert.Equal([("motion.conv1.weight", "conv1.weight"),
            ("position.layers.0.blocks.0.norm1.weight", "features.1.0.norm1.weight")],
            report.Loaded.Order().ToArray());
        Assert.Equal(["bn1.weight", "fc.weight"], report.Ignored.Select(entry => entry.Source));
        Assert.Contains("[9], motion.bn1.weight needs [8]", report.Ignored[0].Reason);
        Assert.Contains("motion.bn1.weight", report.Untouched);
        Assert.DoesNotContain(report.Untouched, name => name.StartsWith("head.", StringComparison.Ordinal));
        Assert.Equal(0.25f, network.get_parameter("motion.conv1.weight")!.mean().item<float>());
        Assert.Equal(0.5f, network.get_parameter("position.layers.0.blocks.0.norm1.weight")!.mean().item<float>());
    }

    [Fact]
    public void A_file_of_which_nothing_fits_is_refused()
    {
        using var folder = new WeightFolder();
        using var scope = NewDisposeScope();
        using var network = Networks.Create("cva");
        var path = folder.File("b.safetensors");
        // A batch counter is of one shape whatever the width of the network it came from.
        Safetensors.Write(path, new Dictionary<string, Tensor>
        {
            ["conv1.weight"] = ones(3), ["bn1.num_batches_tracked"] = zeros([], ScalarType.Int64),
        });
        Assert.Contains("No tensor",
            Assert.Throws<UserErrorException>(() => BackboneWeights.Load(network, path)).Message);
    }
}
