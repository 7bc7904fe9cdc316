using MerKernel.Models;
using MerKernel.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

/// <summary>
/// What a program of one's own may hand to a network by mistake: the message names part, shape and cure.
/// </summary>
public class WrongBatchTests
{
    static readonly long[] s_frames = [2, 3, 40, 40], s_units = [2, 21];

    static ClipBatch Batch(long[]? onset = null, long[]? apex = null, long[]? units = null,
        ScalarType type = ScalarType.Float32) => new(zeros(onset ?? s_frames, type), zeros(apex ?? s_frames, type),
            zeros(units ?? s_units));

    public static TheoryData<long[], long[], long[], string> Shapes => new()
    {
        { [2, 1, 40, 40], [2, 1, 40, 40], s_units, "[2, 1, 40, 40]" },
        { [3, 40, 40], [3, 40, 40], [21], "[1, 3, 40, 40]" },
        { s_frames, [3, 3, 40, 40], s_units, "[3, 3, 40, 40]" },
        // libtorch would repeat the one apex, and compute.
        { s_frames, [1, 3, 40, 40], s_units, "[1, 3, 40, 40]" },
        { s_frames, [2, 3, 48, 48], s_units, "48 x 48" },
        { s_frames, s_frames, [2, 20], "[2, 20]" },
        { s_frames, s_frames, [3, 21], "[3, 21]" },
        { s_frames, s_frames, [21], "[21]" },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void A_batch_of_other_shapes_is_refused_with_the_shape_that_came(long[] onset, long[] apex, long[] units,
        string named)
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create();
        network.eval();
        Assert.Contains(named,
            Assert.Throws<ArgumentException>(() => network.call(Batch(onset, apex, units))).Message);
    }

    [Fact]
    public void Frames_of_bytes_are_refused_because_they_are_not_normalised()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create();
        Assert.Contains("normalised",
            Assert.Throws<ArgumentException>(() => network.call(Batch(type: ScalarType.Byte))).Message);
    }

    [Fact]
    public void A_part_that_is_missing_or_disposed_of_is_named()
    {
        using var scope = NewDisposeScope();
        using var network = Networks.Create();
        Assert.Throws<ArgumentNullException>(() => network.call(null!));
        Assert.Contains("Apex",
            Assert.Throws<ArgumentException>(() => network.call(Batch() with { Apex = null! })).Message);
        var batch = Batch();
        batch.Onset.Dispose();
        Assert.Contains("the next one", Assert.Throws<ObjectDisposedException>(() => network.call(batch)).Message);
    }

    [Fact]
    public void A_network_that_was_disposed_of_neither_runs_nor_leaves_an_empty_file()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var network = Networks.Create();
        network.Dispose();
        Assert.Contains("MerNet", Assert.Throws<ObjectDisposedException>(() => network.call(Batch())).Message);
        Assert.Contains("disposed",
            Assert.Throws<UserErrorException>(() => ModelWeights.Save(network, folder.File("w.safetensors"))).Message);
        Assert.False(File.Exists(folder.File("w.safetensors")));
    }

    [Fact]
    public void A_value_that_an_enumeration_lacks_builds_no_other_network()
    {
        Assert.Throws<ArgumentNullException>(() => MerNet.Create(null!, 1));
        Assert.Contains("AttentionDirection", Assert.Throws<UserErrorException>(() =>
            MerNet.Create(Networks.Small() with { Attention = (AttentionDirection)99 }, 1)).Message);
    }
}
