using System.Collections.Immutable;
using MerKernel.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests;

/// <summary>
/// A data set made in memory: every class moves another horizontal band, each subject has its own background.
/// </summary>
static class TinyDataset
{
    /// <summary>A data set with other clips or frames of another, which it owns copies of.</summary>
    public static MerDataset Changed(MerDataset data, ImmutableArray<Clip>? clips = null,
        ImmutableArray<ImmutableArray<int>>? onsets = null, ImmutableArray<ImmutableArray<int>>? apexes = null) => new()
        {
            Id = data.Id, Synthetic = true, Fingerprint = "changed", Classes = data.Classes, Labels = data.Labels,
            Frames = data.Frames.clone(), Clips = clips ?? data.Clips, OnsetFrames = onsets ?? data.OnsetFrames,
            ApexFrames = apexes ?? data.ApexFrames,
        };

    public static MerDataset Create(int subjects = 3, int clipsPerSubject = 6, int classes = 3, int size = 32,
        int seed = 1, string? cacheFolder = null)
    {
        var random = new Random(seed);
        var count = subjects * clipsPerSubject;
        var frames = new byte[count * 2 * 3 * size * size];
        var clips = ImmutableArray.CreateBuilder<Clip>();
        var labels = ImmutableArray.CreateBuilder<int>();
        for (var i = 0; i < count; i++)
        {
            var (subject, label) = (i / clipsPerSubject, i % classes);
            labels.Add(label);
            clips.Add(new Clip
            {
                Dataset = DatasetId.CasmeII, Subject = $"{subject + 1:00}", Name = $"EP{i:00}", Onset = 1, Apex = 5,
                Offset = 9,
                ActionUnits = [new ActionUnit(ActionUnits.Used[label])], Emotion = $"class{label}",
            });
            for (var frame = 0; frame < 2; frame++)
                for (var channel = 0; channel < 3; channel++)
                    for (var y = 0; y < size; y++)
                        for (var x = 0; x < size; x++)
                        {
                            var moved = frame == 1 && y * classes / size == label ? 60 : 0;
                            frames[(((i * 2 + frame) * 3 + channel) * size + y) * size + x] = (byte)(80 + 10 * subject
                                + moved + random.Next(8));
                        }
        }
        var pixels = tensor(frames).view(count * 2, 3, size, size);
        return new MerDataset
        {
            Id = DatasetId.CasmeII, Synthetic = true,
            Fingerprint = $"tiny-{subjects}-{clipsPerSubject}-{classes}-{size}-{seed}",
            Classes = [.. Enumerable.Range(0, classes).Select(c => $"class{c}")],
            Clips = clips.ToImmutable(), Labels = labels.ToImmutable(),
            CacheFolder = cacheFolder,
            Frames = pixels,
            Source = new MovedSource(pixels),
            OnsetFrames = [.. Enumerable.Range(0, count).Select(i => ImmutableArray.Create(2 * i))],
            ApexFrames = [.. Enumerable.Range(0, count).Select(i => ImmutableArray.Create(2 * i + 1))],
        };
    }
}
