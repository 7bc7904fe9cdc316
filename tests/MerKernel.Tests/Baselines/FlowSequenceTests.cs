using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Tests.Models;
using MerKernel.Training;
using static TorchSharp.torch;

namespace MerKernel.Tests.Baselines;

/// <summary>Flow along a clip, against a motion that is known because the frames were drawn from a formula.</summary>
public class FlowSequenceTests
{
    const int Side = 64, Between = 8, Frames = Between + 3;

    [Fact]
    public void Key_frames_are_shared_between_rise_and_fall_by_their_durations()
    {
        // 10 and 20 frames: 8 x 10 / 30 = 2.7, so three in the rise and five in the fall.
        Assert.Equal(
            [10, 12.5, 15, 17.5, 20, 20 + (10 / 3.0), 20 + (20 / 3.0), 30, 20 + (40 / 3.0), 20 + (50 / 3.0), 40],
            ClipFrames.Key(Clip(10, 20, 40), Between), Near);
        Assert.Equal([1, 1, 1.5, 2], ClipFrames.Key(Clip(1, 1, 2), 1), Near);
        Assert.Equal([1, 1.5, 2, 2], ClipFrames.Key(Clip(1, 2, 2), 1), Near);
        // An offset before the apex, as SAMM's 028_4_1 has it.
        Assert.Equal([1, 3, 5, 5], ClipFrames.Key(Clip(1, 5, 4), 1), Near);
        Assert.Equal([7, 7, 7, 7], ClipFrames.Key(Clip(7, 7, 7), 1), Near);
    }

    [Fact]
    public void Each_field_holds_the_motion_between_its_two_frames()
    {
        using var frames = Film();
        using var data = new MerDataset
        {
            Id = DatasetId.CasmeII, Synthetic = true, Fingerprint = "film", Classes = ["a"], Clips = [Clip(1, 5, 11)],
            Labels = [0],
            Frames = frames.squeeze(0), OnsetFrames = [[0]], ApexFrames = [[4]], Source = new FilmSource(frames),
        };
        var fields = ClipInputs.Of(data, new FlowSequenceInput(FlowMethod.Farneback, Side, Between));
        Assert.Equal([1, 3, Between + 2, Side, Side], fields.shape);
        using var scope = NewDisposeScope();
        for (var field = 0; field < Between + 2; field++)
        {
            var (u, v) = Step(field);
            var inside = fields[0].select(1, field).narrow(1, 10, 44).narrow(2, 10, 44).mean([1, 2]);
            Assert.Equal([(float)u, (float)v, (float)Math.Sqrt((u * u) + (v * v))], Networks.Values(inside),
                (a, b) => Math.Abs(a - b) < 0.1);
        }
    }

    /// <summary>
    /// How far the texture moves from one frame to the next: right and down at first, then slower and up.
    /// </summary>
    static (double U, double V) Step(int field) => field < 4 ? (0.9, 0.4) : (-0.6, 0.15 * (field - 8));

    static Tensor Film()
    {
        var bytes = new byte[Frames * 3 * Side * Side];
        var (x0, y0) = (0.0, 0.0);
        for (var frame = 0; frame < Frames; frame++)
        {
            for (var place = 0; place < 3 * Side * Side; place++)
            {
                var (x, y) = ((place % Side) - x0, (place / Side % Side) - y0);
                bytes[(frame * 3 * Side * Side) + place] = (byte)Math.Round(128
                    + (38 * Math.Sin((0.55 * x) + (0.2 * y))) + (38 * Math.Cos((0.47 * y) - (0.25 * x)))
                    + (25 * Math.Sin((0.31 * x) - (0.7 * y) + 1)));
            }
            if (frame == Frames - 1) break;
            var (u, v) = Step(frame);
            (x0, y0) = (x0 + u, y0 + v);
        }
        return tensor(bytes).view(1, Frames, 3, Side, Side);
    }

    static Clip Clip(int onset, int apex, int offset) => new()
    {
        Dataset = DatasetId.CasmeII, Subject = "01", Name = "EP01", Onset = onset, Apex = apex, Offset = offset,
        ActionUnits = [], Emotion = "others",
    };

    static bool Near(double a, double b) => Math.Abs(a - b) < 1e-9;

    sealed class FilmSource(Tensor frames) : IClipSource
    {
        public Tensor Sequence(int count) => throw new NotSupportedException();

        public Tensor KeyFrames(int between) => frames.alias();

        public Tensor Landmarks() => throw new NotSupportedException();
    }
}
