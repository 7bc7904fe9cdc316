using MerKernel.Data;
using MerKernel.Synthetic;

namespace MerKernel.Tests.Synthesis;

/// <summary>Synthetic versions of the sets besides the paper's: their readers get the files they expect.</summary>
public sealed class OtherSyntheticSetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DatasetId.Smic, 9, false)]
    [InlineData(DatasetId.Mmew, 12, true)]
    [InlineData(DatasetId.Casme3, 12, true)]
    [InlineData(DatasetId.Casme3C, 12, true)]
    [InlineData(DatasetId.Dfme, 12, true)]
    public void The_tiny_one_is_read_whole_by_the_set_s_reader(DatasetId id, int clips, bool units)
    {
        var truth = SyntheticSet.Truth(id, SyntheticOptions.Tiny);
        var summary = SyntheticSet.Write(id, SyntheticOptions.Tiny, _folder);
        Assert.Equal((3, clips), (summary.Subjects, summary.Clips));
        // A second call finds it finished.
        Assert.Equal(0, SyntheticSet.Write(id, SyntheticOptions.Tiny, _folder).Rendered);
        // With faces looked for, as in raw frames.
        var report = DatasetCheck.Run(new(_folder, id));
        Assert.True(report.Complete, string.Join('\n', report.Findings));
        Assert.True(report.Layout.Synthetic);
        Assert.Equal(clips, report.Subjects.Values.Sum());
        using var data = DatasetLoader.Load(new(_folder, id),
            new PreparationOptions { Size = 32, CacheFolder = _folder.File("cache") });
        Assert.Equal(units, data.HasActionUnits);
        // The sheet says of every clip what was filmed.
        Assert.Equal(truth.Select(c => (c.Onset, c.Offset, Emotion: c.Emotion.ToLowerInvariant())).Order(),
            data.Clips.Select(c => (c.Onset, c.Offset, c.Emotion)).Order());
        if (units)
            Assert.Equal(truth.Select(c => string.Join('+', c.CodedUnits)).Order(StringComparer.Ordinal), data.Clips
                .Select(c => string.Join('+', c.ActionUnits.Select(u => u.Number))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Clips_that_share_a_recording_share_no_frame_of_it()
    {
        for (var seed = 1; seed <= 60; seed++)
            foreach (var person in SyntheticSet.Truth(DatasetId.Casme3C, new() { Seed = seed }).GroupBy(c => c.Subject))
            {
                var frames = person.SelectMany(c => Enumerable.Range(c.Onset, c.FrameCount)).ToList();
                Assert.Equal(frames.Count, frames.Distinct().Count());
            }
    }

    [Fact]
    public void A_set_without_a_look_alike_is_named_and_larger_sizes_are_the_small_one()
    {
        Assert.Equal(60, SyntheticSet.Truth(DatasetId.Smic, SyntheticOptions.Full).Length);
        Assert.Contains("There is no synthetic data set in the form of SMIC (NIR)",
            Assert.Throws<UserErrorException>(() =>
                SyntheticSet.Truth(DatasetId.SmicNir, SyntheticOptions.Tiny)).Message,
            StringComparison.Ordinal);
        Assert.Equal(60, SyntheticSet.Truth(DatasetId.Smic, SyntheticOptions.Small).Length);
    }
}
