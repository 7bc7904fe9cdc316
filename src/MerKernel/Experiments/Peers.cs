using MerKernel.Models;
using MerKernel.Models.Peers;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>The compared systems that run, each with its own published network and training and what the small profile makes of them.</summary>
public static class Peers
{
    const string FlowScaling = "each flow map of a clip is scaled to its own range before it becomes an image";

    /// <summary>Multiplied dual-stream network on flow images (Khor et al. 2019).</summary>
    public static Peer Dssn { get; } = new("dssn", "DSSN")
    {
        Published = new DssnOptions(),
        PublishedTraining = AsTheyAre(Adam(1e-4), epochs: 100, batch: 60) with { KeepsOrder = true },
        Reduced = new DssnOptions { FlowSize = 67, WidthDivisor = 2 },
        ReducedTraining = AsTheyAre(Adam(1e-3), epochs: 12, batch: 16),
        Sees = "flow onset to apex (magnitude, strain)",
        Substitute = "starts from random weights in place of AlexNet's first two layers from ImageNet",
        Assumed =
        [
            FlowScaling, "flow at the size of the prepared frames, resized to 227 pixels",
            "the published decay of 1e-7 an update is left out: it takes off less than a thousandth",
        ],
    };

    /// <summary>Shallow triple-stream network (Liong et al. 2019).</summary>
    public static Peer StstNet { get; } = new("ststnet", "STSTNet")
    {
        Published = new StstNetOptions(),
        PublishedTraining = AsTheyAre(Adam(5e-5), epochs: 800, batch: 256) with { KeepsOrder = true },
        Reduced = new StstNetOptions(),
        ReducedTraining = AsTheyAre(Adam(2e-3), epochs: 40, batch: 32),
        Sees = "flow onset to apex (u, v, strain)",
        Assumed = ["flow by TV-L1", FlowScaling],
    };

    /// <summary>Two streams on the components of the flow (Gan et al. 2019).</summary>
    public static Peer OffApexNet { get; } = new("off-apexnet", "OFF-ApexNet")
    {
        Published = new OffApexNetOptions(),
        PublishedTraining = AsTheyAre(Adam(5e-5), epochs: 800, batch: 256),
        Reduced = new OffApexNetOptions(),
        ReducedTraining = AsTheyAre(Adam(5e-4), epochs: 20, batch: 32),
        Sees = "flow onset to apex (u, v)",
        Assumed = ["5 x 5 kernels", "trained as STSTNet, the same authors' next network", FlowScaling],
    };

    /// <summary>Continuous attention and a position stream (Li et al. 2022).</summary>
    public static Peer MmNet { get; } = new("mmnet", "MMNet")
    {
        Published = new MmNetOptions(),
        PublishedTraining = new TrainingOptions { Epochs = 74, BatchSize = 32, AccumulationSteps = 1 },
        Reduced = new MmNetOptions { WidthDivisor = 8 },
        ReducedTraining = new TrainingOptions { Epochs = 12, AccumulationSteps = 1, LearningRate = 4e-3 },
        Sees = "onset, apex",
    };

    /// <summary>Three streams on apex, blocks of the apex and flow (Song et al. 2019), as its successor has them.</summary>
    public static Peer Tscnn { get; } = new("tscnn", "TSCNN, assumed from its successor")
    {
        Published = new TscnnOptions(),
        // 20,000 updates of 16 clips are 1,300 epochs of CASME II's 246.
        PublishedTraining = AsTheyAre(Adam(1e-3), epochs: 1300, batch: 16) with { WeightDecay = 5e-4, Beta2 = 0.99 },
        Reduced = new TscnnOptions { WidthDivisor = 8 },
        ReducedTraining = AsTheyAre(Adam(2e-3), epochs: 15, batch: 16) with { WeightDecay = 5e-4, Beta2 = 0.99 },
        Sees = "apex; flow onset to apex and apex to offset (u, v)",
        Assumed =
        [
            "network, loss and training of its successor SKD-TSTSAN without magnifier, channel attention, temporal shift and distillation", "convolutions keep their size",
            "the annotated apex in place of its own apex finder", "no pre-training (published: FER2013)",
        ],
    };

    /// <summary>Temporal convolutions over patches around landmarks (Lei et al. 2020).</summary>
    public static Peer GraphTcn { get; } = new("graph-tcn", "Graph-TCN")
    {
        Published = new GraphTcnOptions(),
        PublishedTraining = AsTheyAre(Adam(1e-3), epochs: 100, batch: 32),
        Reduced = new GraphTcnOptions { Channels = 8, Hidden = 64 },
        ReducedTraining = AsTheyAre(Adam(2e-3), epochs: 8, batch: 16),
        Sees = "patches of brows and mouth, magnified apex",
        Magnification = PatchInput.AssumedLinearMagnification,
        Assumed =
        [
            "the two mouth landmarks left out are the inner corners", "ten factors, 1.2 to 3.0, one drawn a clip and epoch; tested at 3.0",
            "class weights in place of repeated rows of rare classes", "Adam at 1e-3, 100 epochs, batches of 32: optimiser, rate and epochs are not published",
        ],
    };

    /// <summary>Transformers over patches, weighed by a graph of action units (Lei et al. 2021).</summary>
    public static Peer AuGcn { get; } = new("au-gcn", "AU-GCN")
    {
        Published = new AuGcnOptions(),
        PublishedTraining = AsTheyAre(Adam(1e-4), epochs: 15, batch: 32),
        Reduced = new AuGcnOptions(),
        ReducedTraining = AsTheyAre(Adam(1e-3), epochs: 14, batch: 16),
        Sees = "patches of brows and mouth, magnified apex; action units of training clips",
        Magnification = PatchInput.AssumedLinearMagnification,
        Assumed =
        [
            "network and training of a published reproduction", "frames at the size of the prepared ones (published: 256 pixels)",
            "scored by our epoch protocols (published: the epoch of the best training accuracy)",
        ],
    };

    /// <summary>Weights for magnified versions and for frames over frozen features (Wei et al. 2022).</summary>
    public static Peer Aman { get; } = new("aman", "AMAN")
    {
        Published = new AmanOptions(),
        PublishedTraining = AsTheyAre(RmsProp(1e-3), epochs: 50, batch: 4) with { WeightDecay = 1e-4, LearningRateDecay = 0.2, DecayEvery = 30 },
        Reduced = new AmanOptions { Frames = 5, Versions = 3, WidthDivisor = 8 },
        ReducedTraining = AsTheyAre(RmsProp(1e-3), epochs: 10, batch: 8) with { WeightDecay = 1e-4 },
        Sees = "frames onset to offset, each magnified several times",
        Magnification = AmanOptions.AssumedLinearMagnification,
        Substitute = "the frozen ResNet-18 up to its third stage has random weights in place of those learned on FER+",
        Assumed =
        [
            "factors evenly from 2 to 10", "frames at even distances from onset to offset",
            "scored by our epoch protocols (published: each subject's best test epoch)",
        ],
    };

    /// <summary>A transformer that compares two frames token by token (Nguyen et al. 2023).</summary>
    public static Peer MicronBert { get; } = new("micron-bert", "micro-BERT")
    {
        Published = new MicronBertOptions(),
        PublishedTraining = AsTheyAre(Adam(1e-4), epochs: 250, batch: 16),
        Reduced = new MicronBertOptions { Width = 32, LocalCrops = 2, PretrainingEpochs = 4 },
        ReducedTraining = AsTheyAre(Adam(4e-3), epochs: 20, batch: 16),
        Sees = "onset, apex",
        Substitute = "pre-trained for its first epochs on the fold's training clips alone, in place of 8 million face images",
        Assumed =
        [
            "half of the patches swapped (a reproduction's ratio)", "the diagonal attention is added to its tokens, their mean goes to one linear layer", "the teacher of the self-distillation is the network itself without gradient",
            "local crops of half the side, enlarged to the frame's", "Adam at 1e-4, 50 epochs on the classes: fine-tuning is not published", "no patch-of-interest module, which the code lacks",
        ],
    };

    /// <summary>The micro half of two nets that learn from each other (Xia and Wang 2021).</summary>
    public static Peer MiMaNet { get; } = new("mimanet", "MiMaNet's micro net, assumed")
    {
        Published = new MiMaNetOptions(),
        PublishedTraining = AsTheyAre(Adam(1e-4), epochs: 50, batch: 32) with { WeightDecay = 1e-4 },
        Reduced = new MiMaNetOptions { WidthDivisor = 16, AssumedFrames = 4 },
        ReducedTraining = AsTheyAre(Adam(1e-3), epochs: 8, batch: 16) with { WeightDecay = 1e-4 },
        Sees = "apex; frames onset to offset",
        Substitute = "both ResNet-34 start from random weights in place of ImageNet's",
        Assumed =
        [
            "the micro net alone: the macro net needs CK+ and MMI", "a ResNet-34 for each of its streams, as the predecessor's code has", "eight frames; a convolution of three along time and its mean as temporal head",
            "Adam at 1e-4 for 50 epochs, which a random start needs (the predecessor: 2e-6, then 1e-6, 10 epochs)",
        ],
    };

    /// <summary>Every system that runs, in the order of Table 1, those that it lacks behind.</summary>
    public static ImmutableArray<Peer> All { get; } = [Dssn, Tscnn, GraphTcn, AuGcn, MmNet, Aman, MiMaNet, MicronBert, StstNet, OffApexNet];

    static TrainingOptions Adam(double learningRate) => new() { Optimizer = OptimizerKind.Adam, LearningRate = learningRate, LearningRateDecay = 1, WeightDecay = 0, AccumulationSteps = 1 };

    static TrainingOptions RmsProp(double learningRate) => Adam(learningRate) with { Optimizer = OptimizerKind.RmsProp };

    /// <summary>Networks on flow, patches or computed features train on them as they are.</summary>
    static TrainingOptions AsTheyAre(TrainingOptions options, int epochs, int batch) =>
        options with { Epochs = epochs, BatchSize = batch, FrameJitter = false, Augmentation = AugmentationOptions.None };
}
