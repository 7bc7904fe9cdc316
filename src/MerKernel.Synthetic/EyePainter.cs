using System.Numerics;

namespace MerKernel.Synthetic;

/// <summary>Paints eyes and brows, the image-left ones or their mirror images.</summary>
static class EyePainter
{
    /// <summary>The eyeball, the lids and their shadows; mirrored for the image's right.</summary>
    public static void Eye(Canvas canvas, FaceIdentity f, FaceShape shape, bool mirror)
    {
        Vector2[] Side(IEnumerable<Vector2> points) => mirror ? points.Mirror() : [.. points];
        Vector2 One(Vector2 p) => mirror ? p.Mirror() : p;
        var lids = shape.Range(36, 41);
        var upper = Curves.Smooth(lids[..4]);
        var lower = Curves.Smooth([lids[3], lids[4], lids[5], lids[0]]);
        var opening = upper.Concat(lower).ToArray();
        var centre = new Vector2(-0.5f, (shape[37].Y + shape[41].Y) / 2 - 0.004f);
        canvas.Fill(Side(opening), new(205, 212, 216), 0.004);
        canvas.Fill(Side(Clip(Curves.Ellipse(centre, 0.098, 0.098), lids)), f.Iris * 0.9, 0.004);
        canvas.Fill(Side(Clip(Curves.Ellipse(centre + new Vector2(0, 0.02f), 0.07, 0.07), lids)), f.Iris * 1.25, 0.015);
        canvas.Fill(Side(Clip(Curves.Ellipse(centre, 0.042, 0.042), lids)), new(12, 12, 12), 0.004);
        canvas.Shade(Side([.. upper, .. upper.Reverse().Select(p => p + new Vector2(0, 0.035f))]), 0.6, 0.012);
        canvas.Fill([One(centre) + new Vector2(0.012f, -0.035f), One(centre) + new Vector2(0.036f, -0.03f), One(centre) + new Vector2(0.03f, -0.008f), One(centre) + new Vector2(0.01f, -0.012f)], new(245, 245, 245));
        canvas.Line(Side([.. upper, upper[^1] + new Vector2(0.02f, 0.02f)]), 0.028, new(22, 24, 30), 0.008, 0.9);
        canvas.Line(Side([upper[0] + new Vector2(-0.045f, -0.01f), .. upper[..10]]), 0.03, new(20, 22, 28), 0.01, 0.7);
        canvas.ShadeLine(Side(lower), 0.016, 0.62, 0.01);
        canvas.ShadeLine(Side(upper.Select(p => p + new Vector2(0, -0.062f - 0.02f * (float)f.EyeOpening))), 0.018, 0.68, 0.014);
    }

    // The iris ends at the lids: its outline is held between their heights.
    static Vector2[] Clip(Vector2[] circle, Vector2[] lids) => [.. circle.Select(p =>
    {
        var upper = HeightAt(p.X, lids[0], lids[1], lids[2], lids[3]);
        var lower = HeightAt(p.X, lids[0], lids[5], lids[4], lids[3]);
        return new Vector2(p.X, Math.Clamp(p.Y, upper, Math.Max(upper, lower)));
    })];

    static float HeightAt(float x, params ReadOnlySpan<Vector2> line)
    {
        for (var i = 1; i < line.Length; i++)
            if (x <= line[i].X)
                return float.Lerp(line[i - 1].Y, line[i].Y, Math.Clamp((x - line[i - 1].X) / (line[i].X - line[i - 1].X), 0, 1));
        return line[^1].Y;
    }

    /// <summary>The brow, hair by hair.</summary>
    public static void Brow(Canvas canvas, FaceIdentity f, FaceShape shape, Random texture, bool mirror)
    {
        var middle = Curves.Smooth(shape.Range(17, 21));
        Vector2[] Side(IEnumerable<Vector2> points) => mirror ? points.Mirror() : [.. points];
        float Half(float t) => (float)f.BrowThickness / 2 * (0.35f + 0.75f * MathF.Pow(t, 0.6f)) * (t > 0.93f ? 0.75f : 1);
        var top = middle.Select((p, i) => p - new Vector2(0, Half(i / (middle.Length - 1f)))).ToArray();
        var bottom = middle.Select((p, i) => p + new Vector2(0, Half(i / (middle.Length - 1f)))).ToArray();
        canvas.Fill(Side(top.Concat(bottom.Reverse())), f.Hair * 0.9, 0.016, 0.82);
        for (var i = 0; i < 60; i++)
        {
            var k = texture.Next(middle.Length - 1);
            var t = k / (middle.Length - 1f);
            var root = Vector2.Lerp(top[k], bottom[k], (float)texture.Uniform(0.25, 1));
            var lean = new Vector2(-0.03f - 0.03f * (1 - t), -0.05f * t + 0.01f);
            canvas.Line(Side([root, root + lean * (float)texture.Uniform(0.6, 1.2)]), 0.008, f.Hair * texture.Uniform(0.5, 1.3), 0.003, 0.6);
        }
    }
}
