using MerKernel.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Models;

[Collection(AloneCollection.Name)]
public class SwinTests
{
    [Fact]
    public void The_relative_index_of_a_window_of_2_is_the_one_written_out_by_hand()
    {
        // Positions (0,0) (0,1) (1,0) (1,1); entry = 3 * (row difference + 1) + column difference + 1.
        long[] expected =
        [
            4, 3, 1, 0,
            5, 4, 2, 1,
            7, 6, 4, 3,
            8, 7, 5, 4,
        ];
        using var index = Windows.RelativeIndex(2);
        Assert.Equal(expected, index.data<long>().ToArray());
    }

    [Fact]
    public void The_mask_of_a_4x4_map_with_window_2_and_shift_1_is_the_one_written_out_by_hand()
    {
        // After the shift by one, position (r, c) shows the former (r+1, c+1); row 3 and column 3 came around from the
        // other edge.
        //   0 0 | 1 2      bands per axis: 0 = first window, 1 = rest of the last window, 2 = wrapped around
        //   0 0 | 1 2
        //   ----+----
        //   3 3 | 4 5
        //   6 6 | 7 8
        const float X = -100;
        float[] open = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        float[] columnsApart = [0, X, 0, X, X, 0, X, 0, 0, X, 0, X, X, 0, X, 0];
        float[] rowsApart = [0, 0, X, X, 0, 0, X, X, X, X, 0, 0, X, X, 0, 0];
        float[] allApart = [0, X, X, X, X, 0, X, X, X, X, 0, X, X, X, X, 0];
        using var mask = Windows.ShiftMask(side: 4, window: 2, shift: 1);
        Assert.Equal([4, 4, 4], mask.shape);
        Assert.Equal([.. open, .. columnsApart, .. rowsApart, .. allApart], mask.data<float>().ToArray());
    }

    [Theory]
    [InlineData(4, 2, false, 6)]
    [InlineData(4, 2, true, 6)]
    [InlineData(8, 4, true, 6)]
    [InlineData(8, 4, true, 8)] // heads of an even width, which the native kernels take
    [InlineData(5, 4, true, 8)] // padded to 8
    [InlineData(3, 4, true, 8)] // one padded window, so no shift
    [InlineData(4, 4, true, 6)] // one window, so no shift
    public void Window_attention_equals_attention_pair_by_pair(int side, int window, bool shifted, int channels)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        manual_seed(1);
        const int Heads = 2;
        using var layer = new WindowAttention(side, channels, Heads, window, shifted);
        layer.get_parameter("relative_position_bias_table")!.normal_();
        layer.get_parameter("qkv.weight")!.normal_(0, 0.5);
        layer.get_parameter("qkv.bias")!.normal_(0, 0.5);
        var x = randn([2, side, side, channels]);
        var expected = PairByPair(layer, x, side, window, shifted, Heads);
        Assert.InRange(Networks.LargestDifference(layer.forward(x), expected) / expected.abs().max().item<float>(), 0,
            1e-5);
    }

    /// <summary>
    /// Shifted-window attention in one loop over query and key positions, without shifting, masking or cutting
    /// anything.
    /// </summary>
    private static Tensor PairByPair(WindowAttention layer, Tensor x, int side, int window, bool shifted, int heads)
    {
        var padded = (side + window - 1) / window * window;
        var shift = shifted && padded > window ? window / 2 : 0;
        var channels = (int)x.size(3);
        var depth = channels / heads;
        var all = zeros([x.size(0), padded, padded, channels]);
        all.narrow(1, 0, side).narrow(2, 0, side).copy_(x);
        var qkv = nn.functional.linear(all, layer.get_parameter("qkv.weight")!, layer.get_parameter("qkv.bias"));
        var table = layer.get_parameter("relative_position_bias_table")!;

        // A position's window in the shifted grid; windows cut by the border of the map do not wrap.
        int Cell(int p) => shift == 0 ? p / window : (p + window - shift) / window;
        int Within(int p) => (p - shift + padded) % padded % window;
        var output = zeros([x.size(0), side, side, channels]);
        for (var n = 0; n < x.size(0); n++)
        {
            for (var query = 0; query < side * side; query++)
            {
                var (qr, qc) = (query / side, query % side);
                var keys = (from r in Enumerable.Range(0, padded)
                            from c in Enumerable.Range(0, padded)
                            where Cell(r) == Cell(qr) && Cell(c) == Cell(qc)
                            select (r, c)).ToArray();
                for (var head = 0; head < heads; head++)
                {
                    Tensor Part(int part, int r, int c) =>
                        qkv[n, r, c].narrow(0, part * channels + head * depth, depth);
                    var logits = stack(keys.Select(k => (Part(0, qr, qc) * Part(1, k.r, k.c)).sum() / Math.Sqrt(depth)
                        + table[(Within(qr) - Within(k.r) + window - 1) * (2 * window - 1) + Within(qc) - Within(k.c)
                            + window - 1, head]));
                    var values = stack(keys.Select(k => Part(2, k.r, k.c)));
                    output[n, qr, qc].narrow(0, head * depth, depth)
                        .copy_((logits.softmax(0).unsqueeze(1) * values).sum(dim: 0));
                }
            }
        }

        return nn.functional.linear(output, layer.get_parameter("proj.weight")!, layer.get_parameter("proj.bias"));
    }

    [Fact]
    public void Patch_merging_puts_neighbours_side_by_side_and_pads_odd_maps_with_zeros()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var layer = new PatchMerging(side: 3, channels: 1);
        layer.get_parameter("reduction.weight")!.copy_(torch.tensor(new float[,] { { 1, 0, 0, 0 }, { 0, 1, 0, 0 } }));
        var map = arange(1, 10, ScalarType.Float32).view(1, 3, 3, 1);
        var output = layer.forward(map);

        // The four groups in the order (0,0), (1,0), (0,1), (1,1) of each 2x2 field.
        float[][] fields = [[1, 4, 2, 5], [3, 6, 0, 0], [7, 0, 8, 0], [9, 0, 0, 0]];
        var expected = fields.SelectMany(field =>
        {
            var mean = field.Average();
            var deviation = Math.Sqrt(field.Average(v => (v - mean) * (v - mean)) + 1e-5);
            return new[] { (float)((field[0] - mean) / deviation), (float)((field[1] - mean) / deviation) };
        }).ToArray();
        var actual = Networks.Values(output);
        Assert.Equal([1, 2, 2, 2], output.shape);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5f);
        }
    }

    [Fact]
    public void Stochastic_depth_rises_linearly_over_the_blocks_and_keeps_the_mean()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var depth = new StochasticDepth(0.1, blocks: 10) { Generator = generator };
        var factors = depth.Draw(zeros(20_000))!;
        Assert.Equal(20, factors.Length);
        for (var branch = 0; branch < 20; branch++)
        {
            var rate = 0.1 * (branch / 2) / 9;
            var values = Networks.Values(factors[branch]);
            Assert.All(values, v => Assert.True(v == 0 || Math.Abs(v - 1 / (1 - rate)) < 1e-6));
            Assert.InRange(values.Count(v => v == 0) / 20_000.0, rate - 0.008, rate + 0.008);
        }
    }

    [Fact]
    public void A_stochastic_depth_of_zero_draws_nothing()
    {
        Assert.Null(new StochasticDepth(0, blocks: 10).Draw(zeros(2)));
    }

    [Fact]
    public void Draws_made_ahead_serve_until_the_next_and_none_after_they_were_ended()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var depth = new StochasticDepth(0.5, blocks: 10) { Generator = generator };
        float[] Drawn() => [.. depth.Draw(zeros(8))!.SelectMany(t => t.data<float>().ToArray())];
        depth.DrawAhead(8, CPU);
        Assert.Equal(Drawn(), Drawn());
        depth.DrawAhead(0, CPU);
        Assert.NotEqual(Drawn(), Drawn());
    }
}
