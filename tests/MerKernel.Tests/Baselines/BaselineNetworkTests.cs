using MerKernel.Baselines;
using MerKernel.Models;
using MerKernel.Tests.Models;
using static TorchSharp.torch;

namespace MerKernel.Tests.Baselines;

/// <summary>Sizes of the compared systems' networks, from their papers and codes.</summary>
[Collection(AloneCollection.Name)]
public class BaselineNetworkTests
{
    [Fact]
    public void STSTNet_has_1_7_thousand_parameters()
    {
        // Three classes as published: convolutions 28 x (3 + 5 + 8), BatchNorms 2 x 16, linear 400 x 3 + 3.
        var count = ModelSummary.Of(new StstNetOptions { Classes = 3 }, actionUnits: false).Parameters;
        Assert.Equal(448 + 32 + 1203, count);
        Assert.Equal(1.7, Math.Round(count / 1e3, 1));
    }

    [Fact]
    public void OFF_ApexNet_has_2_66_million_parameters() =>
        Assert.Equal(2.66,
            Math.Round(ModelSummary.Of(new OffApexNetOptions { Classes = 3 }, actionUnits: false).Parameters / 1e6, 2));

    [Fact]
    public void SSSNet_has_1_35_million_parameters()
    {
        // Three classes as published: convolutions of 5x5 and 3x3, two BatchNorms, 5184 -> 256 -> 3.
        var count = ModelSummary.Of(new SssNetOptions { Classes = 3 }, actionUnits: false).Parameters;
        Assert.Equal((75 * 32) + 32 + 64 + (9 * 32 * 64) + 64 + 128 + (5184 * 256) + 256 + (256 * 3) + 3, count);
        Assert.Equal(1.35, Math.Round(count / 1e6, 2));
    }

    [Fact]
    public void RCN_A_shares_the_weights_of_its_two_steps_and_has_none_for_its_attention()
    {
        var summary = ModelSummary.Of(new RcnAOptions { Classes = 3 }, actionUnits: false);
        // 5x5, 1x1 and 3x3 with biases and a BatchNorm each, 25 places of 64 channels to three classes.
        Assert.Equal((75 * 64) + (64 * 64) + (9 * 64 * 64) + (3 * (64 + 128)) + (25 * 64 * 3) + 3, summary.Parameters);
        // 60 -> 56 -> 28: the 3x3 twice.
        Assert.Equal((56 * 56 * 75 * 64) + (28 * 28 * 64 * 64 * (1 + (2 * 9))) + (25 * 64 * 3), summary.Macs);
    }

    [Fact]
    public void Rare_classes_weigh_more_and_clips_that_are_sure_count_less()
    {
        using var scope = NewDisposeScope();
        // Four clips, three classes: 4 / (3 * 3), 4 / (3 * 1), and none of a class that is not there.
        float[] weights = Baseline.ClassWeights(tensor(new long[] { 0, 0, 1, 0 }), 3);
        Assert.Equal([4 / 9f, 4 / 3f, 0], weights);
        // Probabilities 3/4 and 1/4 of the first class: its clip and the second class's.
        var logits = tensor(new[] { MathF.Log(3), 0f, MathF.Log(1 / 3f), 0f }).view(2, 2);
        var loss = Baseline.FocalLoss(logits, tensor(new long[] { 0, 1 }), gamma: 2, [1, 3]).item<float>();
        double sure = Math.Pow(1 - 0.75, 2) * -Math.Log(0.75);
        Assert.Equal((1 * sure + 3 * sure) / 4, loss, 1e-6);
        loss = Baseline.FocalLoss(logits, tensor(new long[] { 1, 1 }), gamma: 2, [1, 3]).item<float>();
        Assert.Equal((sure + Math.Pow(1 - 0.25, 2) * -Math.Log(0.25)) / 2, loss, 1e-6);
    }

    public static TheoryData<ModelOptions> Weighting =>
        [new GraphTcnOptions(), new TscnnOptions(), new MersiamC3dOptions { AssumedPairEpochs = 0 }];

    [Theory]
    [MemberData(nameof(Weighting))]
    public void A_network_with_class_weights_takes_them_from_the_training_clips(ModelOptions published)
    {
        using var scope = NewDisposeScope();
        var options = Baseline.Of(published)!.Reduced with { Classes = 3 };
        if (options is MersiamC3dOptions pairs) options = pairs with { AssumedPairEpochs = 0 };
        using var network = options.Create(1, actionUnits: false);
        var (batch, labels) = (BaselineBatches.Random(options, 4), tensor(new long[] { 0, 0, 1, 2 }));
        network.eval();
        float Loss(params long[] training)
        {
            network.FitStatistics(zeros(training.Length, 21), tensor(training));
            using var off = no_grad();
            return network.Loss(batch, labels, 0).item<float>();
        }
        Assert.NotEqual(Loss(0, 1, 2), Loss(0, 0, 0, 0, 0, 0, 1, 2));
    }

    [Fact]
    public void RCN_A_looks_where_its_classifier_s_weights_are()
    {
        using var scope = NewDisposeScope();
        var features = tensor(new[] { 1f, 2, 3, 4 }).view(1, 1, 2, 2);
        // Maps 1 2 3 4 -> 0 1/3 2/3 1 and 0 0 0 -4 -> 1 1 1 0; the third sees nothing and is 0.
        var weights = tensor(new[] { 1f, 1, 1, 1, 0, 0, 0, -1, 0, 0, 0, 0 }).view(3, 4);
        float[] expected = [1 / 3f, 4 / 9f, 5 / 9f, 1 / 3f];
        Assert.Equal(expected, Networks.Values(RcnA.Attention(features, weights)), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void MERSiamC3D_has_the_parameters_and_products_counted_by_hand()
    {
        var summary = ModelSummary.Of(new MersiamC3dOptions(), actionUnits: false);
        // Four 3x3x3 convolutions with a BatchNorm each; 112 pixels halve to 7, ten fields to one.
        long[] channels = [3, 64, 128, 256, 512];
        long Weights(int block) => 27 * channels[block] * channels[block + 1];
        var convolutions = Enumerable.Range(0, 4).Sum(i => Weights(i) + (2 * channels[i + 1]));
        const long linear = 512L * 49 * 512, classes = 512 * 5;
        Assert.Equal(convolutions + linear + 512 + classes + 5, summary.Parameters);
        Assert.Equal((Weights(0) * 10 * 112 * 112) + (Weights(1) * 10 * 56 * 56) + (Weights(2) * 5 * 28 * 28)
            + (Weights(3) * 2 * 14 * 14) + linear + classes, summary.Macs);
    }

    [Fact]
    public void Pairs_of_one_class_are_drawn_together_and_others_apart()
    {
        using var scope = NewDisposeScope();
        // Directions (1, 0), (1, 0) and (0, 1) in any length: squared distances 0, 2 and 2, beyond the margin.
        var features = tensor(new[] { 2f, 0, 5, 0, 0, 3 }).view(3, 2);
        float Loss(params long[] labels) =>
            MersiamC3dAssumed.PairLoss(features, tensor(labels), margin: 1).item<float>();
        Assert.Equal(0, Loss(0, 0, 1), 1e-3);
        // The first and third are one class, 2; of the other two pairs one lies together, (1 - 0)^2, and one far apart.
        Assert.Equal(2 + (1 / 2f), Loss(0, 1, 0), 1e-3);
        Assert.Equal(4 / 3f, Loss(0, 0, 0), 1e-3);
    }

    [Fact]
    public void A_whole_channel_is_dropped_or_none_of_it()
    {
        using var scope = NewDisposeScope();
        using var generator = new TorchSharp.torch.Generator(3, CPU);
        using var dropout = new SeededDropout(0.5, channels: true) { Generator = generator };
        dropout.train();
        var sums = Networks.Values(dropout.call(ones(8, 16, 3, 3)).sum([2, 3]));
        // Nine places of 1 / (1 - 0.5), or nothing.
        Assert.All(sums, sum => Assert.Contains(sum, new[] { 0f, 18f }));
        Assert.InRange(sums.Count(sum => sum > 0), 40, 88);
    }

    [Fact]
    public void DSSN_has_0_97_million_parameters()
    {
        var summary = ModelSummary.Of(new DssnOptions(), actionUnits: false);
        Assert.Equal(0.97, Math.Round(summary.Parameters / 1e6, 2));
        // 57,600 values reach the classifier.
        Assert.Equal(57_600 * 5 + 5, summary.Layers.Single(l => l.Name == "fc").Parameters);
    }

    [Fact]
    public void MMNet_has_the_parameters_counted_by_hand()
    {
        static long Block(long from, long to, bool shortcut) =>
            9 * from * to + to * to + 4 * to + (shortcut ? from * to + 2 * to : 0) + 2 + 2;
        var motion = 27 * 180 + 9L * 180 * 128 + 2 * (180 + 128) + Block(128, 128, false) + Block(128, 128, true)
            + Block(128, 256, true) + Block(256, 512, true);
        // Patch embedding, 196 positions, per block q, k, v, projection, MLP x 4 and two LayerNorms, a last LayerNorm.
        var position = 3 * 512 + 512 + 196 * 512 + 2 * (4L * 512 * 512 + 4 * 512 + 8L * 512 * 512 + 5 * 512 + 4 * 512)
            + 2 * 512;
        Assert.Equal(motion + position + 100_352 * 5 + 5,
            ModelSummary.Of(new MmNetOptions(), actionUnits: false).Parameters);
    }

    [Fact]
    public void Graph_TCN_has_17_6_million_parameters()
    {
        var summary = ModelSummary.Of(new GraphTcnOptions(), actionUnits: false);
        Assert.Equal(17.6, Math.Round(summary.Parameters / 1e6, 1));
        // 34,300 values reach its first linear layer.
        Assert.Equal(34_300 * 512 + 512, summary.Layers.Single(l => l.Name == "fc1").Parameters);
    }

    [Fact]
    public void AU_GCN_has_1_05_million_parameters() =>
        Assert.Equal(1.05, Math.Round(ModelSummary.Of(new AuGcnOptions(), actionUnits: false).Parameters / 1e6, 2));

    [Fact]
    public void AMAN_trains_8_4_million_parameters_behind_a_ResNet_18()
    {
        var summary = ModelSummary.Of(new AmanOptions { Frames = 2, Versions = 2 }, actionUnits: false);
        Assert.Equal(8.4, Math.Round(summary.Parameters / 1e6, 1));
        // torchvision counts 1.81 G multiply-accumulates for a ResNet-18 at 224 pixels, its 512 x 1000 classifier
        // included: four images here, and no such classifier.
        Assert.Equal(1.81, Math.Round((summary.Macs + 4 * 512_000) / 4e9, 2));
    }

    [Fact]
    public void MiMaNet_has_two_ResNet_34()
    {
        // torchvision's has 21,797,672 parameters, 513,000 of them in the classifier.
        const long trunk = 21_797_672 - 513_000;
        Assert.Equal((2 * trunk) + (3 * 512 * 512) + 512 + (1024 * 5) + 5,
            ModelSummary.Of(new MiMaNetOptions { AssumedFrames = 2 }, actionUnits: false).Parameters);
    }

    [Fact]
    public void Micro_BERT_has_26_7_million_parameters_12_7_in_its_encoder()
    {
        // Published are the parts without the class's linear layer and the self-distillation's.
        var layers = ModelSummary.Of(new MicronBertOptions(), actionUnits: false).Layers;
        long Of(params string[] parts) =>
            layers.Where(l => parts.Contains(l.Name.Split('.')[0])).Sum(l => l.Parameters);
        Assert.Equal(12.7, Math.Round(Of("encoder") / 1e6, 1));
        Assert.Equal(26.7, Math.Round(Of("encoder", "attention", "decoder") / 1e6, 1));
    }

    [Fact]
    public void Tokens_that_find_themselves_pass_and_others_do_not()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var attention = new DiagonalAttention(4);
        using (no_grad())
        {
            // Queries and keys that are the tokens themselves, many times over; values and output as they come.
            foreach (var (name, parameter) in attention.named_parameters())
                parameter.copy_(name.EndsWith("bias") ? zeros(4) : eye(4) * (name[0] is 'q' or 'k' ? 20 : 1));
        }
        var frame = eye(4).unsqueeze(0);
        Assert.True(attention.call((frame, frame)).allclose(frame, atol: 1e-4));
        // In the other frame the first two tokens have changed places.
        var moved = frame.index_select(1, tensor(new long[] { 1, 0, 2, 3 }));
        Assert.Equal([0, 0, 1, 1], attention.call((frame, moved)).sum(-1).round().data<float>().ToArray());
    }

    [Fact]
    public void Patches_put_a_frame_s_pixels_in_rows()
    {
        using var scope = NewDisposeScope();
        var frame = arange(3 * 16 * 16).to_type(ScalarType.Float32).view(1, 3, 16, 16);
        var patches = MicronBertDecoder.Patches(frame);
        Assert.Equal([1, 4, 192], patches.shape);
        // The third patch begins at row 8, column 0; its second channel 256 pixels on.
        Assert.Equal([128, 129, 128 + 256], new[] { 0, 1, 64 }.Select(i => (int)patches[0, 2, i].item<float>()));
    }

    [Fact]
    public void Graph_TCN_s_weight_normed_convolutions_count_too()
    {
        // Each of 1372 places: node blocks 1 x 25 and 25 x 25, then three of twice 25 x 25, the edge block like the
        // first, all with kernels of 7; two shortcuts of 25; then the linear layers.
        const long convolutions = 1372 * (2 * ((7 * 25) + (7 * 25 * 25) + 25) + (3 * 2 * 7 * 25 * 25));
        Assert.Equal(convolutions + (34_300 * 512) + (512 * 5),
            ModelSummary.Of(new GraphTcnOptions(), actionUnits: false).Macs);
    }

    [Fact]
    public void Action_units_are_linked_by_how_often_the_training_clips_show_them_together()
    {
        // Unit 0 in three clips, unit 1 in two of them, unit 2 in another: A = [[1, 2/3, 0], [1, 1, 0], [0, 0, 1]],
        // degrees 2, 2, 1.
        using var scope = NewDisposeScope();
        using var graph = new AuGraph(3, 4);
        graph.Count(tensor(new float[] { 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1 }).view(4, 3));
        float[] expected = [0.5f, 0.5f, 0, 1 / 3f, 0.5f, 0, 0, 0, 1];
        Assert.Equal(expected, graph.state_dict()["propagation"].data<float>().ToArray(),
            (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_reloaded_graph_network_has_the_links_that_it_was_trained_with()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using Network first = new AuGcnOptions().Create(1, false), second = new AuGcnOptions().Create(2, false);
        first.FitStatistics(rand(30, 21).gt(0.5).to_type(ScalarType.Float32), zeros(30, ScalarType.Int64));
        foreach (var (name, tensor) in second.state_dict())
            using (no_grad())
                tensor.copy_(first.state_dict()[name]);
        first.eval();
        second.eval();
        var none = empty(0, 3, 8, 8);
        var clips = new ClipBatch(none, none, zeros(2, 21), rand([2, .. new PatchInput().Shape(224)]));
        Assert.Equal(first.forward(clips).data<float>().ToArray(), second.forward(clips).data<float>().ToArray());
    }

    [Fact]
    public void A_causal_block_sees_nothing_of_what_comes_after()
    {
        using var scope = NewDisposeScope();
        manual_seed(2);
        using var block = new TemporalBlock(1, 4, dilation: 2);
        block.eval();
        var sequence = randn(1, 1, 40);
        var changed = sequence.clone();
        changed[0, 0, 20] += 5;
        var moved = (block.call(changed) - block.call(sequence)).abs().sum([0, 1]);
        Assert.Equal(0, moved.narrow(0, 0, 20).max().item<float>());
        Assert.True(moved[20].item<float>() > 0);
    }

    public static IEnumerable<object[]> Small =>
    [
        [new MmNetOptions { InputSize = 32, WidthDivisor = 16, Classes = 3 }],
        [new StstNetOptions { InputSize = 32, Classes = 3 }],
        [new OffApexNetOptions { InputSize = 32, Classes = 3 }],
        [new DssnOptions { InputSize = 32, FlowSize = 67, Classes = 3 }],
        [new TscnnOptions { InputSize = 32, WidthDivisor = 8, Classes = 3 }],
        [new GraphTcnOptions { InputSize = 32, Hidden = 16, Classes = 3 }],
        [new AuGcnOptions { InputSize = 32, Classes = 3 }],
        [new AmanOptions { InputSize = 32, Frames = 3, Versions = 2, WidthDivisor = 8, Classes = 3 }],
        [new MiMaNetOptions { InputSize = 32, AssumedFrames = 3, WidthDivisor = 8, Classes = 3 }],
        [new MersiamC3dOptions
        {
            InputSize = 32, AssumedSide = 16, WidthDivisor = 16, AssumedPairEpochs = 0, Classes = 3
        }],
        [new MersiamC3dOptions { InputSize = 32, AssumedSide = 16, WidthDivisor = 16, Classes = 3 }],
        [new RcnAOptions { InputSize = 32, FlowSize = 32, Channels = 8, Classes = 3 }],
        [new SssNetOptions { InputSize = 32, FlowSize = 28, WidthDivisor = 4, Classes = 3 }],
        [new MicronBertOptions { InputSize = 32, Width = 16, LocalCrops = 2, PretrainingEpochs = 1, Classes = 3 }],
    ];

    [Theory]
    [MemberData(nameof(Small))]
    public void Logits_are_one_for_each_class_and_repeat_for_a_seed(ModelOptions options)
    {
        using var scope = NewDisposeScope();
        var batch = BaselineBatches.Random(options, 3);
        float[] Logits(long seed)
        {
            using var network = options.Create(seed, actionUnits: false);
            network.eval();
            var logits = network.call(batch);
            Assert.Equal([3, 3], logits.shape);
            return Networks.Values(logits);
        }
        Assert.Equal(Logits(1), Logits(1));
        Assert.NotEqual(Logits(1), Logits(2));
    }

    [Theory]
    [MemberData(nameof(Small))]
    public void A_pass_and_its_gradient_leave_no_tensors_behind(ModelOptions options)
    {
        using var network = options.Create(1, actionUnits: false);
        using var generator = new Generator(1, CPU);
        network.UseGenerator(generator);
        using var batchScope = NewDisposeScope();
        var batch = BaselineBatches.Random(options, 3);
        using var labels = tensor(new long[] { 0, 1, 2 });
        long Alive()
        {
            using var scope = NewDisposeScope();
            network.Loss(batch, labels, 0).backward();
            return scope.DisposablesCount;
        }
        // Only the loss is left in the caller's scope, with the gradients of the first pass.
        Alive();
        Assert.Equal(Alive(), Alive());
    }
}
