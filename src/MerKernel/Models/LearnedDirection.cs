using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// The average of a map along a direction that is learned (FaceSleuth, arXiv 2506.02695, and its code): the map is rotated about its centre by the angle of
/// a vector (bilinear, zero outside), then averaged over the width; [N, C, H, W] -> [N, C, H, 1].
/// </summary>
public sealed class LearnedDirection : nn.Module<Tensor, Tensor>
{
    /// <summary>The angle every block starts with, in degrees (published code).</summary>
    public const float StartDegrees = 72;

    /// <summary>The direction's own learning rate (published code).</summary>
    public const double LearningRate = 5e-3;

    /// <summary>The direction's own weight decay (published code); it shortens the vector and leaves its angle alone.</summary>
    public const double WeightDecay = 0.2;

    // Coefficients of cos and sin in the 2 x 3 transform [[cos, sin, 0], [-sin, cos, 0]] from output to input coordinates: the published code's sense.
    private readonly Constant cosinePart = new(() => torch.tensor(new float[] { 1, 0, 0, 0, 1, 0 }).view(2, 3));
    private readonly Constant sinePart = new(() => torch.tensor(new float[] { 0, 1, 0, -1, 0, 0 }).view(2, 3));

    private readonly Parameter direction;
    private readonly AngleReading reading;

    /// <summary>Creates the direction.</summary>
    /// <param name="reading">What the angle means.</param>
    public LearnedDirection(AngleReading reading) : base(nameof(LearnedDirection))
    {
        var (sin, cos) = Math.SinCos(StartDegrees * Math.PI / 180);
        direction = new Parameter(torch.tensor(new[] { (float)cos, (float)sin }));
        this.reading = reading;
        RegisterComponents();
    }

    /// <summary>The angle in degrees, in the reading it was created with.</summary>
    public float Degrees
    {
        get
        {
            using var scope = NewDisposeScope();
            var vector = direction.detach().cpu().to_type(ScalarType.Float32).data<float>();
            return (float)(Math.Atan2(vector[1], vector[0]) * 180 / Math.PI);
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var unit = direction / direction.square().sum().sqrt();
        // Turned back by 90 degrees, (cos, sin) becomes (sin, -cos).
        var (cos, sin) = reading == AngleReading.Published ? (unit[0], unit[1]) : (unit[1], -unit[0]);
        var transform = (cos * cosinePart.Like(direction)).Plus(sin * sinePart.Like(direction));
        var grid = AffineGrid.Of(transform.unsqueeze(0), input.size(2), input.size(3)).expand(input.size(0), -1, -1, -1);
        var rotated = nn.functional.grid_sample(input, grid, GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, align_corners: false);
        return rotated.mean([3], keepdim: true).MoveToOuterDisposeScope();
    }
}
