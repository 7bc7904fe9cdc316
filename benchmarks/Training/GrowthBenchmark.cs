using MerKernel.Experiments;

namespace MerKernel.Benchmarks.Training;

/// <summary>Whether time grows as it should: with the clips of a batch and with the frames' pixels.</summary>
static class GrowthBenchmark
{
    /// <summary>Steps of the small profile's network on more clips and on larger frames.</summary>
    public static IEnumerable<Figure> Of()
    {
        const string Section = "growth of a step";
        var model = Profile.Small.Model;
        var sixteen = Step(48, 16);
        yield return new(Section, "four times the clips (16 to 64), time against four times",
            Step(48, 64) / sixteen / 4, "x", "at most 1.1");
        yield return new(Section, "four times the pixels (48 to 96 px), time against four times",
            Step(96, 16) / sixteen / 4, "x", "at most 1.1");

        double Step(int size, int clips)
        {
            using var step = new OurStep(model with { InputSize = size }, clips, threads: 1);
            step.Seconds(1);
            return Clock.Best(3, () => step.Seconds(3) / 3);
        }
    }
}
