using MerKernel.Faces;
using OpenCvSharp;

namespace MerKernel.Data;

/// <summary>Makes a recording a data set's clip: onset and apex, aligned as in training.</summary>
public static class NewClip
{
    /// <summary>A data set of the one clip, without a label; its manifest's notes name findings and choices.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="size">Side of the frames that the network was trained on.</param>
    /// <param name="align">
    /// Whether the face is brought into place by landmarks; else the whole frame is resized, as data sets' own crops
    /// are.
    /// </param>
    /// <param name="classes">The network's classes.</param>
    /// <param name="spotting">The spotted frames; null where the recording is an onset and an apex.</param>
    /// <exception cref="UserErrorException">There is no face, or a frame cannot be read.</exception>
    public static MerDataset Prepare(Recording recording, int size, bool align, ImmutableArray<string> classes,
        out Spotting? spotting)
    {
        var spots = recording.Count > 2;
        using var model = align || spots ? LandmarkModel.Open() : null;
        using var finder = model is null ? null : new FaceFinder(model);
        spotting = spots ? Spot(recording, finder!, align) : null;
        var (onset, apex) = spotting is null ? (0, 1) : (spotting.Onset, spotting.Apex);
        var frames = recording.Frames().Index().Where(f => f.Index == onset || f.Index == apex)
            .Select(f => (f.Index, f.Item.Name, f.Item.Bytes)).ToList();
        var clip = new Clip
        {
            Dataset = DatasetId.CasmeII, Subject = "new", Name = Path.GetFileName(recording.Path), Onset = onset,
            Apex = apex, Offset = apex, ActionUnits = [], Emotion = ""
        };
        var result = new ClipPreparer(new PreparationOptions { Size = size }, align ? finder : null)
            .Prepare(clip, frames);
        if (result.Header is not { } header)
            throw new UserErrorException(
                result.NoFace ? NoFace(frames[0].Name) : $"{result.Unusable}; replace the picture.");
        var pixels = torch(result.Pixels, size);
        return new MerDataset
        {
            Id = clip.Dataset, Synthetic = false, Fingerprint = "new", Classes = classes, Clips = [clip with
            {
                Notes = [.. recording.Remarks, .. spotting is not null && Directory.Exists(recording.Path)
                    ? [$"the spotted onset is {Path.GetFileName(frames[0].Name)}, the apex " +
                        $"{Path.GetFileName(frames[1].Name)}"]
                    : Array.Empty<string>(), .. header.Notes]
            }], Labels = [0],
            Frames = pixels, OnsetFrames = [[0]], ApexFrames = [[1]],
        };

        static TorchSharp.torch.Tensor torch(byte[] pixels, int size) =>
            TorchSharp.torch.tensor(pixels).view(2, 3, size, size);
    }

    static string NoFace(string frame) =>
        $"{frame} shows no face; the face must look into the camera, fill at least a sixth of the frame's height and " +
        "be lit. For pictures that are cropped to the face already, use --alignment none.";

    /// <summary>Spots onset and apex in all frames, aligned by the first one's face.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="finder">Finds the face.</param>
    /// <param name="needsFace">
    /// Whether a first frame without a face is refused; else whole frames are looked at, as crops are.
    /// </param>
    /// <exception cref="UserErrorException">The first frame shows no face, or a frame cannot be read.</exception>
    public static Spotting Spot(Recording recording, FaceFinder finder, bool needsFace = true)
    {
        var aligned = new List<Mat>();
        try
        {
            Similarity? place = null;
            var size = new Size(Spotter.Side, Spotter.Side);
            foreach (var (name, bytes) in recording.Frames())
            {
                using var image = FrameImage.Decode(bytes, out var problem)
                    ?? throw new UserErrorException($"{name} {problem}.");
                if (aligned.Count == 0 && finder.Find(image) is { } face)
                    place = CanonicalFace.TransformTo(face.Points, Spotter.Side);
                if (place is null && needsFace) throw new UserErrorException(NoFace(name));
                using var crop = place?.Warp(image, Spotter.Side) ?? image.Resize(size, 0, 0, InterpolationFlags.Area);
                aligned.Add(crop.CvtColor(ColorConversionCodes.BGR2GRAY));
            }
            return Spotter.Of(aligned);
        }
        finally
        {
            aligned.ForEach(m => m.Dispose());
        }
    }
}
