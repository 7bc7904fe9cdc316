using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>
/// Paints a person at rest, back to front: wall, hair, shoulders, neck, head, eye sockets, nose, mouth, eyes, brows,
/// fringe.
/// </summary>
static class FacePainter
{
    /// <summary>The portrait as 8-bit BGR, <see cref="Canvas.Extent"/> iod wide.</summary>
    public static Mat Paint(FaceIdentity identity, double pixelsPerIod)
    {
        using var canvas = new Canvas(pixelsPerIod);
        var shape = new FaceShape(identity);
        var texture = new Random(identity.TextureSeed);
        Behind(canvas, identity);
        HairPainter.Behind(canvas, identity);
        Body(canvas, identity, texture);
        Ears(canvas, identity);
        Head(canvas, identity, shape);
        Skin(canvas, identity, shape, texture);
        Sockets(canvas, identity);
        Nose(canvas, identity, shape);
        Mouth(canvas, identity, shape);
        foreach (var side in (ReadOnlySpan<bool>)[false, true])
        {
            EyePainter.Eye(canvas, identity, shape, side);
            EyePainter.Brow(canvas, identity, shape, texture, side);
        }
        Wrinkles(canvas, identity, shape);
        HairPainter.Before(canvas, identity, texture);
        canvas.Noise(Outline(identity, shape), texture, 0.012, 0.012);
        return canvas.ToBytes();
    }

    static void Behind(Canvas canvas, FaceIdentity f) =>
        canvas.Paint(Box(-3, -2, 3, 4), p => f.Background * (1.04 - 0.03 * p.Y + 0.02 * p.X));

    static void Body(Canvas canvas, FaceIdentity f, Random texture)
    {
        var shoulders = Curves.Smooth([new(-2.2f, 4f), new(-2.18f, 3.1f), new(-1.9f, 2.75f), new(-1.2f, 2.5f),
            new(-0.7f, 2.25f),
            new(0.7f, 2.25f), new(1.2f, 2.5f), new(1.9f, 2.75f), new(2.18f, 3.1f), new(2.2f, 4f)]);
        canvas.Paint(shoulders, p => f.Clothes * (0.95 - 0.12 * Math.Abs(p.X)));
        for (var i = 0; i < 5; i++)
        {
            var x = (float)texture.Uniform(-1.8, 1.8);
            canvas.ShadeLine([new(x, 2.7f), new(x * 1.1f, 3.2f)], 0.04, 0.85, 0.03);
        }
        var width = (float)(0.62 * f.JawWidth);
        Vector2[] neck = [new(-width, 1.2f), new(-width, 2.15f), new(-0.75f * width, 2.5f), new(0, 2.72f),
            new(0.75f * width, 2.5f), new(width, 2.15f), new(width, 1.2f)];
        canvas.Shade(neck, 0.75, 0.05);
        canvas.Paint(Curves.Smooth(neck),
            p => f.Skin * (0.68 - 0.12 * Math.Abs(p.X) / width + 0.08 * Math.Clamp(p.Y - 1.9, 0, 0.5)));
        canvas.Shade([new(-1, 1.4f), new(-0.6f, 2.15f), new(0, 2.25f), new(0.6f, 2.15f), new(1, 1.4f)], 0.8, 0.08);
    }

    static void Ears(Canvas canvas, FaceIdentity f)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var x = side * (float)f.JawWidth;
            canvas.Fill(Curves.Ellipse(new(x * 1.17f, 0.25f), 0.13, 0.3), f.Skin * 0.78, 0.008);
            canvas.Shade(Curves.Ellipse(new(x * 1.2f, 0.22f), 0.06, 0.18), 0.75, 0.03);
        }
    }

    static Vector2[] Outline(FaceIdentity f, FaceShape shape)
    {
        var jaw = Curves.Smooth(shape.Range(0, 16));
        var half = 1.14 * f.JawWidth;
        return [.. jaw, .. Curves.Ellipse(new(0, 0.07f), half, 0.07 - f.SkullTop, 0, -Math.PI)];
    }

    static void Head(Canvas canvas, FaceIdentity f, FaceShape shape)
    {
        var (lx, ly, lz) = f.Light;
        canvas.Paint(Outline(f, shape), p =>
        {
            // The head as an ellipsoid: its normal gives the Lambert shading, and skin reddens towards its shadows.
            double nx = p.X / 1.3, ny = (p.Y - 0.4) / 1.95;
            var nz = Math.Sqrt(Math.Max(0.02, 1 - nx * nx - ny * ny));
            var shade = 0.42 + 0.62 * Math.Max(0, nx * lx + ny * ly + nz * lz);
            return new Bgr(f.Skin.B * Math.Pow(shade, 1.12), f.Skin.G * Math.Pow(shade, 1.06), f.Skin.R * shade);
        }, 0.01);
    }

    static void Skin(Canvas canvas, FaceIdentity f, FaceShape shape, Random texture)
    {
        foreach (var (cell, strength) in (ReadOnlySpan<(double, double)>)[(0.45, 0.02), (0.15, 0.02), (0.05, 0.02),
            (0.02, 0.015)])
            canvas.Noise(Outline(f, shape), texture, cell, strength);
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Tint(Curves.Ellipse(new(side * 0.66f, 0.62f), 0.3, 0.24), new(0.93, 0.95, 1.04), 0.12);
            canvas.Shade(Curves.Ellipse(new(side * 0.68f, 0.45f), 0.22, 0.12), 1.06, 0.08);
            canvas.Shade(Curves.Ellipse(new(side * 0.98f, 1.0f), 0.12, 0.4), 0.9, 0.1);
        }
        canvas.Shade(Curves.Ellipse(new(0, -0.55f), 0.5, 0.22), 1.05, 0.15);
        canvas.Shade(Curves.Ellipse(shape[8] - new Vector2(0, 0.24f), 0.2, 0.14), 1.06, 0.08);
        if (f.Stubble > 0.3)
        {
            var beard = Curves.Smooth([.. shape.Range(3, 13), new(0.75f, 0.95f), new(0.3f, 0.9f), new(0, 0.88f),
                new(-0.3f, 0.9f), new(-0.75f, 0.95f)], true);
            var depth = 0.16 * f.Stubble;
            canvas.Tint(beard, new(1 - depth * 0.6, 1 - depth * 0.9, 1 - depth), 0.07);
        }
        for (var i = 0; i < 14; i++)
        {
            var place = new Vector2((float)texture.Uniform(-0.9, 0.9), (float)texture.Uniform(0.2, 1.6));
            canvas.Shade(Curves.Ellipse(place, texture.Uniform(0.008, 0.02), texture.Uniform(0.008, 0.02)),
                texture.Uniform(0.72, 0.95), 0.006);
        }
    }

    static void Sockets(Canvas canvas, FaceIdentity f)
    {
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Tint(Curves.Ellipse(new(side * 0.48f, -0.04f), 0.3, 0.15), new(0.7, 0.7, 0.74), 0.07);
            canvas.Shade(Curves.Ellipse(new(side * 0.2f, -0.06f), 0.09, 0.14), 0.82, 0.05);
            canvas.ShadeLine(
                Curves.Smooth([new(side * 0.28f, 0.12f), new(side * 0.45f, 0.17f), new(side * 0.64f, 0.14f)]), 0.02,
                0.84 - 0.1 * f.Age, 0.015);
        }
    }

    static void Nose(Canvas canvas, FaceIdentity f, FaceShape shape)
    {
        var wing = shape[35].X;
        float tip = shape[30].Y, floor = shape[33].Y;
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            canvas.Shade(Curves.Smooth([new(side * 0.12f, -0.05f), new(side * 0.13f, 0.3f),
                new(side * (wing + 0.02f), tip + 0.02f), new(side * (wing + 0.01f), floor - 0.06f),
                new(side * 0.12f, tip), new(side * 0.07f, 0.3f), new(side * 0.07f, -0.05f)], true),
                side * f.Light.X > 0 ? 0.9 : 0.8, 0.035);
            canvas.ShadeLine(Curves.Smooth([new(side * (wing - 0.03f), tip - 0.02f),
                new(side * (wing + 0.02f), tip + 0.07f),
                new(side * (wing - 0.02f), floor - 0.05f)]), 0.02, 0.72, 0.012);
            canvas.Shade(Curves.Ellipse(new(side * (wing * 0.5f), floor - 0.055f), 0.065, 0.032), 0.32, 0.012);
        }
        canvas.Shade(Curves.Ellipse(new(0, tip * 0.45f), 0.05, 0.33), 1.14, 0.03);
        canvas.Shade(Curves.Ellipse(new(0, tip + 0.02f), 0.085, 0.07), 1.13, 0.03);
        canvas.Shade(Curves.Ellipse(new(0, floor + 0.02f), wing * 0.9, 0.045), 0.74, 0.03);
        canvas.Shade(Curves.Ellipse(new(0, (floor + shape[51].Y) / 2 + 0.02f), 0.04, 0.08), 0.92, 0.02);
    }

    static void Mouth(Canvas canvas, FaceIdentity f, FaceShape shape)
    {
        var outer = shape.Range(48, 59);
        var inner = shape.Range(60, 67);
        var upper = Curves.Smooth(outer[..7]).Concat(Curves.Smooth(inner[..5]).Reverse()).ToArray();
        var lower = Curves.Smooth([.. outer[6..], outer[0]])
            .Concat(Curves.Smooth([inner[0], inner[7], inner[6], inner[5], inner[4]])).ToArray();
        // The lips rest closed: both meet on one line, more or less curved.
        var lineY = inner[2].Y + (float)f.MouthCurve;
        Vector2[] line = [outer[0], new(outer[0].X * 0.6f, lineY - 0.015f), new(-0.1f, lineY - 0.025f),
            new(0, lineY - 0.01f), new(0.1f, lineY - 0.025f), new(outer[6].X * 0.6f, lineY - 0.015f), outer[6]];
        canvas.Fill(Curves.Smooth(outer, true), f.Lips, 0.015, 0.85);
        canvas.Fill(upper, f.Lips * 0.82, 0.012, 0.9);
        canvas.Fill(lower, f.Lips, 0.015, 0.9);
        canvas.Shade(Curves.Ellipse(new(0, shape[57].Y - 0.07f), 0.16, 0.035), 1.15, 0.025);
        canvas.ShadeLine(Curves.Smooth(line), 0.022, 0.35, 0.012);
        canvas.Shade(Curves.Ellipse(new(0, shape[57].Y + 0.08f), 0.24, 0.05), 0.78, 0.04);
        foreach (var corner in (ReadOnlySpan<int>)[48, 54])
            canvas.Shade(Curves.Ellipse(shape[corner], 0.05, 0.04), 0.75, 0.025);
    }

    static void Wrinkles(Canvas canvas, FaceIdentity f, FaceShape shape)
    {
        var depth = 1 - 0.05 - 0.14 * f.Age;
        foreach (var side in (ReadOnlySpan<int>)[-1, 1])
        {
            var corner = side < 0 ? shape[48] : shape[54];
            canvas.ShadeLine(Curves.Smooth(
                [new(side * 0.3f, 0.66f), new(side * 0.46f, 0.84f), corner + new Vector2(side * 0.1f, -0.03f)]),
                0.03, depth, 0.025);
            for (var i = -1; i <= 1; i++)
                canvas.ShadeLine([new(side * 0.76f, 0.02f + 0.05f * i), new(side * 0.9f, 0.02f + 0.11f * i)], 0.012,
                    1 - 0.12 * f.Age, 0.01);
        }
        for (var i = 0; i < 3; i++)
            canvas.ShadeLine(Curves.Smooth([new(-0.6f, -0.52f - 0.11f * i), new(-0.2f, -0.56f - 0.11f * i),
                new(0.2f, -0.55f - 0.11f * i), new(0.6f, -0.52f - 0.11f * i)]),
                0.014, 1 - 0.1 * f.Age, 0.012);
    }

    static Vector2[] Box(float left, float top, float right, float bottom) =>
        [new(left, top), new(right, top), new(right, bottom), new(left, bottom)];
}

/// <summary>
/// The shading a movement adds to the skin: frown lines (AU 4), crow's feet (6), lid bags (7), nose wrinkles (9), smile
/// folds (12), chin dimples (17).
/// </summary>
static class Furrows
{
    /// <summary>The portrait with the furrows of the movements at their peaks.</summary>
    public static Mat Paint(Mat portrait, double pixelsPerIod, IEnumerable<AuMovement> movements, FaceShape shape)
    {
        using var canvas = new Canvas(pixelsPerIod);
        portrait.ConvertTo(canvas.Image, MatType.CV_32FC3);
        foreach (var movement in movements)
            foreach (var side in (ReadOnlySpan<int>)[-1, 1])
            {
                if (movement.Side == (side < 0 ? FaceSide.Left : FaceSide.Right)) continue;
                foreach (var (line, width, depth) in Lines(movement.Number, shape))
                    canvas.ShadeLine(side < 0 ? Curves.Smooth(line) : Curves.Smooth(line).Mirror(), width,
                        1 - Math.Min(0.4, depth * movement.Peak / 0.04), width * 0.8);
            }
        return canvas.ToBytes();
    }

    // Drawn on the image-left side; the depth is the darkening at a peak of 0.04 iod.
    static IEnumerable<(Vector2[] Line, double Width, double Depth)> Lines(int number, FaceShape shape) => number switch
    {
        1 => [([new(-0.45f, -0.6f), new(-0.2f, -0.64f), new(0, -0.62f)], 0.02, 0.10)],
        2 => [([new(-0.95f, -0.45f), new(-0.75f, -0.56f), new(-0.5f, -0.58f)], 0.02, 0.10)],
        4 => [([new(-0.08f, -0.42f), new(-0.09f, -0.3f), new(-0.07f, -0.18f)], 0.03, 0.20)],
        6 => [([new(-0.78f, 0.08f), new(-0.9f, 0.12f), new(-1f, 0.2f)], 0.018, 0.16),
              ([new(-0.78f, -0.02f), new(-0.96f, -0.04f)], 0.018, 0.14),
              ([new(-0.3f, 0.2f), new(-0.5f, 0.27f), new(-0.72f, 0.22f)], 0.03, 0.14)],
        7 => [([new(-0.32f, 0.1f), new(-0.5f, 0.14f), new(-0.68f, 0.1f)], 0.02, 0.14)],
        9 => [([new(-0.04f, 0.02f), new(-0.16f, 0.08f)], 0.02, 0.18),
            ([new(-0.05f, 0.1f), new(-0.17f, 0.17f)], 0.02, 0.16)],
        10 or 12 => [([new(-0.29f, 0.64f), new(-0.44f, 0.82f), shape[48] + new Vector2(-0.1f, -0.05f)], 0.035, 0.14)],
        14 => [([shape[48] + new Vector2(-0.07f, -0.05f), shape[48] + new Vector2(-0.06f, 0.06f)], 0.03, 0.2)],
        15 => [([shape[48] + new Vector2(-0.03f, 0.04f), shape[48] + new Vector2(-0.06f, 0.14f)], 0.025, 0.16)],
        17 => [([new(-0.16f, shape[57].Y + 0.22f), new(-0.07f, shape[57].Y + 0.17f), new(0, shape[57].Y + 0.16f)], 0.03,
            0.16)],
        _ => [],
    };
}
