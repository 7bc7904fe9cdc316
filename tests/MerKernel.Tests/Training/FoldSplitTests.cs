using CsCheck;
using MerKernel.Training;

namespace MerKernel.Tests.Training;

public class FoldSplitTests
{
    [Fact]
    public void A_split_covers_every_clip_once_and_no_subject_stands_on_two_sides() =>
        Gen.Select(Gen.Int[2, 8], Gen.Int[1, 4], Gen.Int[0, 5], Gen.Int[0, 99])
            .Sample((subjects, clipsEach, heldOut, seed) =>
            {
                if (heldOut >= subjects - 1) return;
                using var data = TinyDataset.Create(subjects, clipsEach, size: 2);
                var split = FoldSplit.LeaveOut(data.Clips, "01", heldOut, new Random(seed));
                Assert.Equal(Enumerable.Range(0, data.Clips.Length),
                    split.Train.Concat(split.HeldOut).Concat(split.Test).Order());
                string[] Of(IEnumerable<int> clips) => [.. clips.Select(i => data.Clips[i].Subject).Distinct()];
                Assert.Equal(["01"], Of(split.Test));
                Assert.Empty(Of(split.Train).Intersect(Of(split.HeldOut)));
                Assert.Equal(heldOut, Of(split.HeldOut).Length);
            });

    [Fact]
    public void An_unknown_subject_is_named_with_the_known_ones()
    {
        using var data = TinyDataset.Create(2, 2, size: 2);
        var error = Assert.Throws<UserErrorException>(() => FoldSplit.LeaveOut(data.Clips, "99", 0, new Random(1)));
        Assert.Contains("'99'", error.Message);
        Assert.Contains("01, 02", error.Message);
    }
}
