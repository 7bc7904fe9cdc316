using CsCheck;
using MerKernel.Training;

namespace MerKernel.Tests.Training;

public class BatchesTests
{
    [Fact]
    public void Every_clip_is_in_exactly_one_batch_and_no_batch_has_one_clip() =>
        Gen.Select(Gen.Int[2, 70], Gen.Int[2, 20], Gen.Int[0, 1000]).Sample((clips, size, seed) =>
        {
            var batches = Batches.Shuffled([.. Enumerable.Range(0, clips)], size, new Random(seed));
            Assert.Equal(Enumerable.Range(0, clips), batches.SelectMany(b => b).Order());
            Assert.All(batches, b => Assert.InRange(b.Length, 2, size + 1));
        });

    [Fact]
    public void Thirty_three_clips_make_a_batch_of_sixteen_and_one_of_seventeen() =>
        Assert.Equal([16, 17], Batches.Shuffled([.. Enumerable.Range(0, 33)], 16, new Random(1)).Select(b => b.Length));
}
