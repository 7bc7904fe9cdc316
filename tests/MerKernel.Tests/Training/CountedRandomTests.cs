using CsCheck;
using MerKernel.Training;

namespace MerKernel.Tests.Training;

public class CountedRandomTests
{
    [Fact]
    public void It_draws_what_a_seeded_Random_draws() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, 300]).Sample((seed, length) =>
        {
            var (plain, counted) = (new Random(seed), new CountedRandom(seed));
            var (expected, order) = (Enumerable.Range(0, length).ToArray(), Enumerable.Range(0, length).ToArray());
            plain.Shuffle(expected);
            counted.Shuffle(order);
            Assert.Equal(expected, order);
            Assert.Equal(plain.Next(length), counted.Next(length));
            Assert.Equal(plain.NextDouble(), counted.NextDouble());
        }, iter: 50);

    [Fact]
    public void Another_one_advanced_to_its_count_goes_on_alike() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 9].Array[0, 100]).Sample((seed, calls) =>
        {
            var (first, second) = (new CountedRandom(seed), new CountedRandom(seed));
            foreach (var call in calls)
            {
                if (call < 3) first.NextDouble();
                else if (call < 6) first.Next(call);
                else first.Shuffle(new int[call]);
            }
            second.AdvanceTo(first.Count);
            Assert.Equal(Enumerable.Range(0, 20).Select(_ => first.NextDouble()),
                Enumerable.Range(0, 20).Select(_ => second.NextDouble()));
        }, iter: 50);

    [Fact]
    public void A_kind_of_draw_that_is_not_counted_is_refused() =>
        Assert.Throws<UserErrorException>(() => new CountedRandom(1).NextInt64());
}
