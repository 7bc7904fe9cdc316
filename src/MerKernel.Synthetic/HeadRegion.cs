using System.Numerics;

namespace MerKernel.Synthetic;

/// <summary>An ellipse around the head with a soft rim: what belongs to the head, in face coordinates.</summary>
static class HeadRegion
{
    /// <summary>Beyond this many radii nothing belongs to the head.</summary>
    public const float Reach = 1.4f;

    public static readonly Vector2 Centre = new(0, 0.4f), Radius = new(1.3f, 1.75f);

    /// <summary>1 on the head, falling smoothly to 0 at <see cref="Reach"/> radii.</summary>
    public static float Weight(Vector2 face)
    {
        var t = Math.Clamp((Reach - ((face - Centre) / Radius).Length()) / (Reach - 1), 0, 1);
        return t * t * (3 - 2 * t);
    }
}
