using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// FaceSleuth's single-orientation attention (SOA, arXiv 2506.02695) in the place of <see cref="CoordinateAttention"/>:
/// the average along a learned direction, 1x1 convolution to max(8, C / 16) channels, ReLU, 1x1 convolution back,
/// sigmoid, times the pooled map of the block before. No BatchNorm and no bias (published code, Svardfox/FaceSleuth,
/// e4eead4).
/// </summary>
public sealed class LearnedDirectionAttention : Attention
{
    private readonly LearnedDirection direction;
    private readonly Conv2d reduce, restore;
    [ComponentName(Name = "previous_vertical")] private readonly Conv2d? previousVertical;
    private readonly bool continuous;

    /// <summary>Creates the attention of one block.</summary>
    /// <param name="from">Input channels of the block.</param>
    /// <param name="channels">Channels C of the feature map.</param>
    /// <param name="options">The meaning of the angle, and continuity.</param>
    public LearnedDirectionAttention(int from, int channels, MerNetOptions options)
    {
        continuous = options.Continuous;
        var reduced = Math.Max(8, channels / 16);
        direction = new LearnedDirection(options.Angle);
        (reduce, restore) = (Layers.Conv(channels, reduced, 1), Layers.Conv(reduced, channels, 1));
        previousVertical = Carry(from, channels, continuous);
        RegisterComponents();
    }

    /// <summary>Computes the map, one weight per row as in vertical attention.</summary>
    protected override AttentionMaps Forward((Tensor Features, AttentionMaps? Previous) input)
    {
        var map = restore.call(reduce.call(direction.call(input.Features)).relu_()).sigmoid_();
        return new AttentionMaps(continuous ? Continued(map, input.Previous?.Vertical, previousVertical) : map, null);
    }
}

/// <summary>
/// The average of a map along a direction that is learned (FaceSleuth): the map is rotated about its centre by the
/// angle of a vector (bilinear, zero outside), then averaged over the width; [N, C, H, W] -> [N, C, H, 1].
/// </summary>
public sealed class LearnedDirection : Layer, IOwnMacs
{
    /// <summary>The angle every block starts with, in degrees (published code).</summary>
    public const float StartDegrees = 72;

    /// <summary>The direction's own learning rate (published code).</summary>
    public const double LearningRate = 5e-3;

    /// <summary>
    /// The direction's own weight decay (published code); it shortens the vector and leaves its angle as it is.
    /// </summary>
    public const double WeightDecay = 0.2;

    // Coefficients of cos and sin in the 2 x 3 transform [[cos, sin, 0], [-sin, cos, 0]] from output to input
    // coordinates: the published code's sense.
    private readonly Constant cosinePart = new(() => torch.tensor(new float[] { 1, 0, 0, 0, 1, 0 }).view(2, 3));
    private readonly Constant sinePart = new(() => torch.tensor(new float[] { 0, 1, 0, -1, 0, 0 }).view(2, 3));

    private readonly Parameter direction;
    private readonly AngleReading reading;

    /// <summary>Creates the direction.</summary>
    /// <param name="reading">The meaning of the angle.</param>
    public LearnedDirection(AngleReading reading)
    {
        var (sin, cos) = Math.SinCos(StartDegrees * Math.PI / 180);
        direction = new Parameter(torch.tensor(new[] { (float)cos, (float)sin }));
        this.reading = reading;
        RegisterComponents();
    }

    /// <summary>The angle in degrees, in the reading it was created with.</summary>
    public float Degrees => Scoped(() =>
    {
        var vector = direction.detach().cpu().to_type(ScalarType.Float32).data<float>();
        return (float)(Math.Atan2(vector[1], vector[0]) * 180 / Math.PI);
    });

    long IOwnMacs.OwnMacs(Tensor map) => map.numel() * map.size(2);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor map)
    {
        var unit = direction / direction.Squared().sum().sqrt();
        // Turned back by 90 degrees, (cos, sin) becomes (sin, -cos).
        var (cos, sin) = reading == AngleReading.Published ? (unit[0], unit[1]) : (unit[1], -unit[0]);
        var transform = (cos * cosinePart.Like(direction)).Plus(sin * sinePart.Like(direction));
        var (height, width) = (map.size(2), map.size(3));
        var grid = Layers.AffineGrid(transform.unsqueeze(0), height, width)[0];
        // The share of a map's pixel in an output row is the same for every clip and channel: [row, y, x], summed over
        // the places that the row runs through.
        var share = Bilinear(grid.select(2, 1), height).transpose(1, 2)
            .matmul(Bilinear(grid.select(2, 0), width)).Over(width);
        return map.flatten(2).matmul(share.view(height, -1).t()).unsqueeze(3);
    }

    /// <summary>
    /// Shares of <paramref name="count"/> pixels in places from -1 (the first pixel's outer edge) to 1: [...]
    /// -> [..., count]; zero outside.
    /// </summary>
    private static Tensor Bilinear(Tensor places, long count)
    {
        var pixels = places.Times(count / 2.0).Plus((count - 1) / 2.0);
        return (pixels.unsqueeze(-1) - torch.linspace(0, count - 1, count, places.dtype, places.device)).abs().neg()
            .Plus(1).AtLeast(0);
    }
}
