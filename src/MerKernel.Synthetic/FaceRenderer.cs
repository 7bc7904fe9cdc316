using OpenCvSharp;

namespace MerKernel.Synthetic;

/// <summary>
/// The frames of one clip: the portrait seen at a pose while the head drifts and the movement grows, in one remap per
/// frame. The wall and the body do not move, nor do the pixels outside <see cref="Moving"/>.
/// </summary>
sealed class FaceRenderer : IDisposable
{
    const int Step = 4;

    readonly Mat _rest, _furrowed, _map = new(), _canvas = new(), _none = new(), _still;
    readonly Vector3[] _motion;
    readonly Matrix3x2 _toCanvas;
    readonly Point _corner;
    readonly float _scale;

    /// <param name="rest">Portrait at rest, <see cref="Canvas.Extent"/> iod wide; owned by the caller.</param>
    /// <param name="furrowed">
    /// The portrait with the furrows of the movement; owned by the renderer from here on.
    /// </param>
    /// <param name="pose">Pose in the frame.</param>
    /// <param name="window">The part of the frame to render.</param>
    /// <param name="kernels">The movement at its apex.</param>
    public FaceRenderer(Mat rest, Mat furrowed, Pose pose, Rect window, IReadOnlyList<AuKernels.Kernel> kernels)
    {
        (_rest, _furrowed) = (rest, furrowed);
        _scale = (float)(rest.Width / Canvas.Extent);
        _toCanvas = pose.ToFace() * Matrix3x2.CreateTranslation((float)Canvas.OriginX, (float)Canvas.OriginY)
            * Matrix3x2.CreateScale(_scale) * Matrix3x2.CreateTranslation(-0.5f, -0.5f);
        Moving = MovingPart(pose, window);
        _corner = Moving.Location;
        _motion = Motion(kernels, pose.ToFace());
        _still = Still(window);
        Moving = new Rect(Moving.X - window.X, Moving.Y - window.Y, Moving.Width, Moving.Height);
    }

    /// <summary>The part of the rendered window in which anything moves.</summary>
    public Rect Moving { get; }

    /// <summary>
    /// One frame of the window: the movement at <paramref name="activation"/> (0 to 1), the head shifted by
    /// <paramref name="drift"/>.
    /// </summary>
    public Mat Render(double activation, HeadDrift drift)
    {
        Cv2.AddWeighted(_rest, 1 - activation, _furrowed, activation, 0, _canvas);
        _map.Create(Moving.Size, MatType.CV_32FC2);
        var map = _map.AsSpan<Vec2f>();
        float a = (float)activation, dx = (float)drift.X * _scale, dy = (float)drift.Y * _scale,
            turn = (float)drift.Roll;
        // The head turns about a point low in the neck; a positive drift moves the face right and down.
        float pivotX = (float)Canvas.OriginX * _scale, pivotY = (float)(Canvas.OriginY + 1) * _scale;
        var right = new Vector2(_toCanvas.M11, _toCanvas.M12);
        for (var y = 0; y < Moving.Height; y++)
        {
            var left = Vector2.Transform(new(0, _corner.Y + y), _toCanvas);
            for (var x = 0; x < Moving.Width; x++)
            {
                var i = y * Moving.Width + x;
                var s = left + (_corner.X + x) * right;
                var m = _motion[i];
                map[i] = new(
                    s.X - m.Z * (dx - turn * (s.Y - pivotY)) - a * m.X,
                    s.Y - m.Z * (dy + turn * (s.X - pivotX)) - a * m.Y);
            }
        }
        var frame = _still.Clone();
        using var moving = new Mat(frame, Moving);
        Cv2.Remap(_canvas, moving, _map, _none, InterpolationFlags.Cubic, BorderTypes.Replicate);
        return frame;
    }

    public void Dispose()
    {
        foreach (var mat in (ReadOnlySpan<Mat>)[_furrowed, _map, _canvas, _none, _still]) mat.Dispose();
    }

    // Displacement at the apex in canvas pixels (X, Y) and how far the place follows the head (Z), from a grid four
    // times as coarse. The grid is fixed to the frame and two cells wider than the window, so a pixel's motion does not
    // depend on the window.
    Vector3[] Motion(IReadOnlyList<AuKernels.Kernel> kernels, Matrix3x2 toFace)
    {
        int left = Moving.Left / Step - 2, top = Moving.Top / Step - 2, columns = Moving.Right / Step + 3 - left,
            rows = Moving.Bottom / Step + 3 - top;
        using var coarse = new Mat(rows, columns, MatType.CV_32FC3);
        var grid = coarse.AsSpan<Vec3f>();
        for (var i = 0; i < grid.Length; i++)
        {
            // Centre of the coarse cell, where Resize takes its value from.
            var face = Vector2.Transform(
                new((left + i % columns + 0.5f) * Step - 0.5f, (top + i / columns + 0.5f) * Step - 0.5f), toFace);
            var u = AuKernels.Backward(kernels, face) * _scale;
            grid[i] = new(u.X, u.Y, HeadRegion.Weight(face));
        }
        using var fine = new Mat();
        Cv2.Resize(coarse, fine, new Size(columns * Step, rows * Step), 0, 0, InterpolationFlags.Cubic);
        var values = fine.AsSpan<Vec3f>();
        var motion = new Vector3[Moving.Width * Moving.Height];
        for (var i = 0; i < motion.Length; i++)
        {
            var v = values[(Moving.Top - top * Step + i / Moving.Width) * fine.Width + Moving.Left - left * Step
                + i % Moving.Width];
            motion[i] = new(v.Item0, v.Item1, v.Item2);
        }
        return motion;
    }

    Mat Still(Rect window)
    {
        // From the frame's corner on, whatever the window: a cropped frame and a cut raw frame are the same to the bit.
        var m = _toCanvas;
        using var affine = Mat.FromPixelData(2, 3, MatType.CV_64FC1,
            new double[] { m.M11, m.M21, m.M31, m.M12, m.M22, m.M32 });
        using var frame = new Mat();
        Cv2.WarpAffine(_rest, frame, affine, new Size(window.Right, window.Bottom),
            InterpolationFlags.Cubic | InterpolationFlags.WarpInverseMap, BorderTypes.Replicate);
        using var part = frame[window];
        return part.Clone();
    }

    static Rect MovingPart(Pose pose, Rect window)
    {
        var reach = HeadRegion.Reach * pose.Iod;
        var centre = pose.Eyes + (float)pose.Iod * new Vector2(-HeadRegion.Centre.Y * (float)Math.Sin(pose.Roll),
            HeadRegion.Centre.Y * (float)Math.Cos(pose.Roll));
        double x = reach * HeadRegion.Radius.X * 1.06, y = reach * HeadRegion.Radius.Y * 1.06;
        return new Rect((int)(centre.X - x), (int)(centre.Y - y), (int)(2 * x), (int)(2 * y)) & window;
    }
}
