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
        canvas.Fill([One(centre) + new Vector2(0.012f, -0.035f), One(centre) + new Vector2(0.036f, -0.03f),
            One(centre) + new Vector2(0.03f, -0.008f), One(centre) + new Vector2(0.01f, -0.012f)], new(245, 245, 245));
        canvas.Line(Side([.. upper, upper[^1] + new Vector2(0.02f, 0.02f)]), 0.028, new(22, 24, 30), 0.008, 0.9);
        canvas.Line(Side([upper[0] + new Vector2(-0.045f, -0.01f), .. upper[..10]]), 0.03, new(20, 22, 28), 0.01, 0.7);
        canvas.ShadeLine(Side(lower), 0.016, 0.62, 0.01);
        canvas.ShadeLine(Side(upper.Select(p => p + new Vector2(0, -0.062f - 0.02f * (float)f.EyeOpening))), 0.018,
            0.68, 0.014);
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
                return float.Lerp(line[i - 1].Y, line[i].Y,
                    Math.Clamp((x - line[i - 1].X) / (line[i].X - line[i - 1].X), 0, 1));
        return line[^1].Y;
    }

    /// <summary>The brow, hair by hair.</summary>
    public static void Brow(Canvas canvas, FaceIdentity f, FaceShape shape, Random texture, bool mirror)
    {
        var middle = Curves.Smooth(shape.Range(17, 21));
        Vector2[] Side(IEnumerable<Vector2> points) => mirror ? points.Mirror() : [.. points];
        float Half(float t) =>
            (float)f.BrowThickness / 2 * (0.35f + 0.75f * MathF.Pow(t, 0.6f)) * (t > 0.93f ? 0.75f : 1);
        var top = middle.Select((p, i) => p - new Vector2(0, Half(i / (middle.Length - 1f)))).ToArray();
        var bottom = middle.Select((p, i) => p + new Vector2(0, Half(i / (middle.Length - 1f)))).ToArray();
        canvas.Fill(Side(top.Concat(bottom.Reverse())), f.Hair * 0.9, 0.016, 0.82);
        for (var i = 0; i < 60; i++)
        {
            var k = texture.Next(middle.Length - 1);
            var t = k / (middle.Length - 1f);
            var root = Vector2.Lerp(top[k], bottom[k], (float)texture.Uniform(0.25, 1));
            var lean = new Vector2(-0.03f - 0.03f * (1 - t), -0.05f * t + 0.01f);
            canvas.Line(Side([root, root + lean * (float)texture.Uniform(0.6, 1.2)]), 0.008,
                f.Hair * texture.Uniform(0.5, 1.3), 0.003, 0.6);
        }
    }
}

/// <summary>
/// Paints a person's hair: the mass behind the head, the fringe and, where it is long, the locks next to the face.
/// </summary>
static class HairPainter
{
    /// <summary>The hair that neck and head will cover in part.</summary>
    public static void Behind(Canvas canvas, FaceIdentity f)
    {
        float top = Top(f), bulge = Bulge(f), low = Long(f) ? (float)f.HairLength : 0.15f;
        canvas.Paint(Curves.Smooth([new(-0.8f * bulge, low), new(-bulge, 0.7f * low), new(-bulge, -0.1f),
            new(-1.2f, -0.6f), new(-0.75f, top + 0.2f), new(0, top),
            new(0.75f, top + 0.2f), new(1.2f, -0.6f), new(bulge, -0.1f), new(bulge, 0.7f * low),
            new(0.8f * bulge, low)]),
            p => f.Hair * 0.75, 0.015);
    }

    /// <summary>The hair in front of the head.</summary>
    public static void Before(Canvas canvas, FaceIdentity f, Random texture)
    {
        if (Long(f)) Locks(canvas, f, texture);
        Fringe(canvas, f, texture);
    }

    static bool Long(FaceIdentity f) => f.HairLength > 1;

    static float Top(FaceIdentity f) => (float)f.SkullTop - (Long(f) ? 0.22f : 0.14f);

    static float Bulge(FaceIdentity f) => (float)f.JawWidth * (Long(f) ? 1.34f : 1.2f);

    static void Locks(Canvas canvas, FaceIdentity f, Random texture)
    {
        float bulge = Bulge(f), low = (float)f.HairLength, inner = 1.04f * (float)f.JawWidth;
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            Vector2[] At(params Vector2[] points) => side < 0 ? points : points.Mirror();
            var drop = low + (float)texture.Uniform(-0.1, 0.1);
            var lockOfHair = Curves.Smooth(At(new(-1.05f, -0.7f), new(-bulge, -0.2f), new(-bulge - 0.04f, 0.5f * drop),
                new(-bulge + 0.05f, 0.9f * drop), new(-inner, drop + 0.06f),
                new(-inner + 0.08f, 0.8f * drop), new(-inner - 0.03f, 0.55f), new(-inner - 0.06f, 0),
                new(-1.0f, -0.5f)), true);
            canvas.Shade(lockOfHair.Select(p => p - new Vector2(side * 0.04f, -0.02f)).ToArray(), 0.8, 0.05);
            canvas.Paint(lockOfHair, p => f.Hair * (1.15 - 0.7 * Math.Abs(Math.Abs(p.X) - (inner + bulge) / 2)), 0.018);
            for (var i = 0; i < 45; i++)
            {
                var x = (float)texture.Uniform(inner - 0.02, bulge);
                var sway = (float)texture.Uniform(-0.05, 0.05);
                canvas.Line(Curves.Smooth(At(new(-1.05f, -0.5f), new(-x, 0.1f), new(-x - sway, 0.6f * drop),
                    new(-x + 0.05f, drop - (float)texture.Uniform(0, 0.2)))),
                    0.012, f.Hair * texture.Uniform(0.5, 1.8), 0.005, 0.3);
            }
        }
    }

    static void Fringe(Canvas canvas, FaceIdentity f, Random texture)
    {
        float line = (float)Math.Max(f.Hairline, f.SkullTop + 0.14), top = Top(f), part = (float)f.Parting,
            width = (float)f.JawWidth;
        float drop = line + (float)f.FringeDrop, side = Long(f) ? 0.5f : 0.12f;
        var fringe = Curves.Smooth([new(-1.2f * width, side), new(-1.24f * width, -0.3f), new(-0.8f, top + 0.2f),
            new(0, top), new(0.8f, top + 0.2f), new(1.24f * width, -0.3f), new(1.2f * width, side),
            new(1.12f * width, side * 0.5f), new(1.06f * width, -0.4f), new(0.78f, drop), new(part, line),
            new(-0.78f, drop), new(-1.06f * width, -0.4f), new(-1.12f * width, side * 0.5f)], true);
        canvas.Shade(fringe.Select(p => p + new Vector2(0, 0.05f)).ToArray(), 0.82, 0.05);
        // A band of sheen where the skull turns to the lamp.
        canvas.Paint(fringe, p => f.Hair * (0.85
            + 0.55 * Math.Exp(-Math.Pow((p.Y - top - 0.3) / 0.13, 2)) * (1 - 0.5 * Math.Abs(p.X - f.Light.X))), 0.02);
        for (var i = 0; i < 260; i++)
        {
            var x = (float)texture.Uniform(-1.2, 1.2);
            var end = new Vector2(x, Math.Min(0,
                line + 0.5f * Math.Abs(x - part) * (float)f.FringeDrop + 0.45f * Math.Max(0, Math.Abs(x) - 0.7f))
                - (float)texture.Uniform(0, 0.25));
            var root = new Vector2(part + (x - part) * 0.3f, top + 0.04f + 0.1f * Math.Abs(x));
            if (end.Y < root.Y) continue;
            var bend = (root + end) / 2 + new Vector2(0.12f * (x - part), -0.06f);
            canvas.Line(Curves.Smooth([root, bend, end]), 0.012, f.Hair * texture.Uniform(0.4, 1.9), 0.005, 0.3);
        }
    }
}
