using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Synthetic;

namespace MerKernel.Benchmarks.Training;

/// <summary>
/// What happens before and after training: synthetic sets rendered, clips prepared, scores with their intervals.
/// </summary>
static class DataBenchmark
{
    /// <summary>The small synthetic CASME II, from nothing to tensors and from the cache.</summary>
    public static IEnumerable<Figure> Preparation()
    {
        const string Section = "data";
        var folder = Directory.CreateTempSubdirectory("mer-bench-");
        try
        {
            var rendering = Clock.Seconds(1,
                () => SyntheticSet.Write(DatasetId.CasmeII, SyntheticOptions.Small with { Workers = 2 },
                    folder.FullName));
            var options = new PreparationOptions
            {
                Size = 48, Workers = 2, CacheFolder = folder.CreateSubdirectory("cache").FullName
            };
            var clips = 0;
            void Load()
            {
                using var data = DatasetLoader.Load(new DatasetSource(folder.FullName, DatasetId.CasmeII), options);
                clips = data.Clips.Length;
            }
            var preparing = Clock.Seconds(1, Load);
            var cached = Clock.Best(3, () => Clock.Seconds(1, Load));
            yield return new(Section, "synthetic sets rendered, two workers", clips / rendering, "clips/s");
            yield return new(Section, "clips prepared with two workers, loading of the landmark model included",
                clips / preparing, "clips/s");
            yield return new(Section, "the same from the cache", 1000 * cached, "ms", "under 1000");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Intervals of one row of CASME II's size: 26 subjects, 249 clips, 5 classes.</summary>
    public static IEnumerable<Figure> Scores()
    {
        var random = new Random(1);
        ConfusionMatrix[] folds = [.. Enumerable.Range(0, 249).GroupBy(clip => clip % 26)
            .Select(subject => new FoldOutcome
            {
                Subject = $"{subject.Key:00}",
                Clips = [.. subject.Select(clip => $"{clip}")],
                Labels = [.. subject.Select(_ => random.Next(5))],
                Predictions = [.. subject.Select(_ => random.Next(5))],
            }.Matrix(5))];
        yield return new("scores", "10,000 resamples of accuracy, UF1 and UAR",
            1000 * Clock.Best(5,
                () => Clock.Seconds(1, () => SubjectBootstrap.Of(folds, [Metrics.Accuracy, Metrics.UF1, Metrics.Uar]))),
            "ms", "under 1000");
    }
}
