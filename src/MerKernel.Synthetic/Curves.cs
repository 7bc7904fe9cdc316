using System.Numerics;

namespace MerKernel.Synthetic;

/// <summary>Outlines as dense point lists.</summary>
static class Curves
{
    /// <summary>A smooth curve through the points (Catmull-Rom), eight steps between neighbours.</summary>
    public static Vector2[] Smooth(IReadOnlyList<Vector2> points, bool closed = false)
    {
        const int steps = 8;
        var count = points.Count;
        Vector2 At(int i) => closed ? points[(i + count) % count] : points[Math.Clamp(i, 0, count - 1)];
        var curve = new List<Vector2>();
        for (var i = 0; i < (closed ? count : count - 1); i++)
            for (var s = 0; s < steps; s++)
                curve.Add(Between(At(i - 1), At(i), At(i + 1), At(i + 2), s / (float)steps));
        if (!closed) curve.Add(points[^1]);
        return [.. curve];
    }

    /// <summary>An ellipse, or the part of it from angle <paramref name="from"/> to <paramref name="to"/> (radians, clockwise on the screen from the right).</summary>
    public static Vector2[] Ellipse(Vector2 centre, double radiusX, double radiusY, double from = 0, double to = 2 * Math.PI)
    {
        const int steps = 64;
        return [.. Enumerable.Range(0, steps + 1).Select(i =>
        {
            var angle = from + (to - from) * i / steps;
            return centre + new Vector2((float)(radiusX * Math.Cos(angle)), (float)(radiusY * Math.Sin(angle)));
        })];
    }

    /// <summary>The mirror image, x to -x.</summary>
    public static Vector2 Mirror(this Vector2 p) => new(-p.X, p.Y);

    /// <summary>The mirror image of an outline.</summary>
    public static Vector2[] Mirror(this IEnumerable<Vector2> points) => [.. points.Select(Mirror)];

    static Vector2 Between(Vector2 a, Vector2 b, Vector2 c, Vector2 d, float t) =>
        0.5f * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}
