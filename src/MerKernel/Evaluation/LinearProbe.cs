using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Evaluation;

/// <summary>
/// A linear rule on features: ridge regression on one-hot labels, leave one subject out. It has nothing to tune and no
/// luck of a start, so it shows the content of the features and not a network's use of them.
/// </summary>
public static class LinearProbe
{
    /// <summary>Penalty on the squared weights where every feature vector has unit length.</summary>
    public const double Penalty = 0.1;

    /// <summary>The decisions on every subject, in order of first appearance.</summary>
    /// <param name="clips">The clips.</param>
    /// <param name="features">Features of each clip, [clips, n]; every row is scaled to unit length.</param>
    /// <param name="classes">Number of classes.</param>
    public static ImmutableArray<FoldOutcome> Run(IReadOnlyList<LabelledClip> clips, Tensor features, int classes)
    {
        using var scope = NewDisposeScope();
        // Numbers that are only arguments may be finalised while libtorch reads them.
        using Scalar penalty = Penalty, one = 1;
        var rows = nn.functional.normalize(features.to_type(ScalarType.Float64), dim: 1);
        var products = rows.matmul(rows.t());
        var targets = nn.functional.one_hot(tensor(clips.Select(c => (long)c.Label).ToArray()), classes)
            .to_type(ScalarType.Float64);
        return [.. clips.Select(c => c.Subject).Distinct().Select(subject => Decide(subject))];

        FoldOutcome Decide(string subject)
        {
            using var fold = NewDisposeScope();
            var train = Where(c => c.Subject != subject);
            var test = Where(c => c.Subject == subject);
            // (K + penalty I) a = Y - mean Y; the mean takes the place of an intercept.
            var kernel = products.index_select(0, train).index_select(1, train)
                .add(eye(train.size(0), dtype: ScalarType.Float64), penalty);
            var mean = targets.index_select(0, train).mean([0L], keepdim: true);
            var weights = linalg.solve(kernel, targets.index_select(0, train) - mean);
            var scores = products.index_select(0, test).index_select(1, train).matmul(weights).add(mean, one);
            var chosen = scores.argmax(1).data<long>().ToArray();
            var own = clips.Where(c => c.Subject == subject).ToList();
            return new()
            {
                Subject = subject, Clips = [.. own.Select(c => c.Id)], Labels = [.. own.Select(c => c.Label)],
                Predictions = [.. chosen.Select(c => (int)c)]
            };
        }

        Tensor Where(Func<LabelledClip, bool> wanted) =>
            tensor(Enumerable.Range(0, clips.Count).Where(i => wanted(clips[i])).Select(i => (long)i).ToArray());
    }
}
