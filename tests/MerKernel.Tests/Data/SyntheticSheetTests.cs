using MerKernel.Data;
using MerKernel.Synthetic;

namespace MerKernel.Tests.Data;

/// <summary>
/// The synthetic sheets carry every erratum, notation and count of the real ones; here is the reader's answer to them.
/// </summary>
public sealed class SyntheticSheetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(DatasetId.CasmeII, 255, 249, 26)]
    [InlineData(DatasetId.Samm, 159, 136, 27)]
    public void The_full_sheets_have_the_published_clips_and_subjects(DatasetId dataset, int rows, int clips,
        int subjects)
    {
        var sheet = Read(dataset, SyntheticOptions.Full);
        var five = sheet.Clips.Where(c => ClassSet.Five(dataset).LabelOf(c.Emotion) is not null).ToArray();
        Assert.Equal((rows, clips, subjects),
            (sheet.Clips.Length, five.Length, five.Select(c => c.Subject).Distinct().Count()));
        Assert.Equal(PublishedCounts.Of(sheet)!.Subjects, five.GroupBy(c => c.Subject)
            .ToDictionary(g => g.Key, g => g.Count()).OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Empty(sheet.Dropped);
    }

    [Theory]
    [InlineData(DatasetId.CasmeII)]
    [InlineData(DatasetId.Samm)]
    public void Every_erratum_is_repaired_to_what_the_frames_show_and_noted(DatasetId dataset)
    {
        foreach (var options in new[] { SyntheticOptions.Small, SyntheticOptions.Full })
        {
            var truth = SyntheticSet.Truth(dataset, options).ToDictionary(c => c.Id);
            var read = Read(dataset, options).Clips.ToDictionary(c => c.Id);
            foreach (var erratum in Errata.Known.Where(e => e.Dataset == dataset))
            {
                var clip = read[erratum.Clip];
                Assert.Contains(clip.Notes, n => n.Contains(erratum.Id, StringComparison.Ordinal));
                Assert.Equal((truth[erratum.Clip].Onset, truth[erratum.Clip].Offset), (clip.Onset, clip.Offset));
                // A lost apex can only be guessed; every other one is known.
                if (erratum.Reason.Contains("midpoint", StringComparison.Ordinal))
                    Assert.InRange(clip.Apex, clip.Onset + 1, clip.Offset - 1);
                else Assert.Equal(truth[erratum.Clip].Apex, clip.Apex);
            }
            Assert.All(read.Values.Where(c => !Errata.Known.Any(e => e.Clip == c.Id)), c => Assert.DoesNotContain(
                c.Notes,
                n => n.Contains("erratum", StringComparison.Ordinal) || n.Contains("apex", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("casme2-04-EP12_01f", true)]
    [InlineData("casme2-05-EP09_05f", false)]
    [InlineData("casme2-16-EP01_08", false)]
    [InlineData("samm-028_4_1", false)]
    [InlineData("samm-032_3_1", true)]
    public void An_erratum_switched_off_leaves_its_clip_as_printed_and_the_others_repaired(string id, bool drops)
    {
        var erratum = Errata.Known.Single(e => e.Id == id);
        var (on, off) = (Read(erratum.Dataset, SyntheticOptions.Small),
            Read(erratum.Dataset, SyntheticOptions.Small, Errata.Except([id])));
        Assert.Equal(drops, off.Dropped.Any(d => d.Clip == erratum.Clip));
        Assert.Equal(drops ? 1 : 0, on.Clips.Length - off.Clips.Length);
        var different = on.Clips
            .Where(c => !off.Clips.Any(o => (o.Id, o.Onset, o.Apex, o.Offset) == (c.Id, c.Onset, c.Apex, c.Offset)));
        Assert.Equal(erratum.Clip, Assert.Single(different).Id);
    }

    [Theory]
    [InlineData(DatasetId.CasmeII)]
    [InlineData(DatasetId.Samm)]
    public void Every_notation_names_the_units_that_the_face_was_given(DatasetId dataset)
    {
        var read = Read(dataset, SyntheticOptions.Full).Clips.ToDictionary(c => c.Id);
        var truth = SyntheticSet.Truth(dataset, SyntheticOptions.Full);
        Assert.All(truth, t => Assert.Equal(t.CodedUnits.AsEnumerable(), read[t.Id].ActionUnits.Select(u => u.Number)));
        Assert.Subset(truth.Select(t => t.Code.Trim()).ToHashSet(), AuNotation.All.Select(o => o.Code).ToHashSet());
    }

    private CodingSheetContents Read(DatasetId dataset, SyntheticOptions options,
        System.Collections.Immutable.ImmutableArray<Erratum>? errata = null)
    {
        var path = folder.File($"{options.Size}-{Sheets.NameOf(dataset)}");
        Sheets.Write(dataset, SyntheticSet.Truth(dataset, options), path);
        return CodingSheet.Read(path, errata);
    }
}
