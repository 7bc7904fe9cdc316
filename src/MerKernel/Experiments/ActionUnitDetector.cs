using System.Runtime.CompilerServices;
using MerKernel.Baselines;
using MerKernel.Data;
using MerKernel.Flow;
using MerKernel.Models;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// Finds action units in the movement from onset to apex, as optical flow and as the difference of the frames: a linear
/// multi-label head, by ridge regression, with a threshold for each unit that is best on the training subjects, each of
/// them predicted by the others. Its sizes are this project's choice.
/// </summary>
public sealed class ActionUnitDetector
{
    const double AssumedRidge = 0.1;

    // With fewer clips or subjects, a unit cannot be told from the person.
    const int FewestClips = 3, FewestSubjects = 2;

    // Flow at 28 x 28, as STSTNet and OFF-ApexNet see it, and the difference of the frames at 24 x 24.
    static readonly FlowInput s_flow = new(FlowMethod.TvL1, 28);
    const int AssumedCells = 24;

    static readonly ConditionalWeakTable<MerDataset, Tensor> s_inputs = [];

    // A column and a threshold for each unit; the part of the score from a unit's share of the training clips is left
    // out on both sides.
    readonly double[] _weights, _thresholds;

    ActionUnitDetector(double[] weights, double[] thresholds, ImmutableArray<int> learnedFrom) =>
        (_weights, _thresholds, LearnedFrom) = (weights, thresholds, learnedFrom);

    /// <summary>
    /// Its input from every clip of a data set, [clips, 3296]: motion to the right and down, and apex minus onset in
    /// three colours, each made mirror-symmetric, since a unit counts on either side, and of length 1.
    /// </summary>
    public static Tensor Input(MerDataset dataset) => s_inputs.GetValue(dataset, static d =>
    {
        using var normal = inference_mode(false);
        using var scope = NewDisposeScope();
        var (flow, frames) = (ClipInputs.Of(d, s_flow), d.Frames.cpu());
        var (u, v) = (flow.select(1, FlowInput.U), flow.select(1, FlowInput.V));
        Tensor Cells(ImmutableArray<ImmutableArray<int>> rows)
            // A clip at a time: all frames of a data set as numbers of 32 bits would fill the memory.
            => cat([.. rows.Select(r => nn.functional
                .adaptive_avg_pool2d(frames.narrow(0, r[0], 1).to_type(ScalarType.Float32), AssumedCells))], 0);

        var difference = Cells(d.ApexFrames) - Cells(d.OnsetFrames);
        return cat([Unit(cat([(u - u.flip(2)).flatten(1), v.Plus(v.flip(2)).flatten(1)], 1)),
            Unit(difference.Plus(difference.flip(3)).flatten(1))], 1).DetachFromDisposeScope();

        // Both parts weigh the same.
        static Tensor Unit(Tensor all)
        {
            var rows = all.to_type(ScalarType.Float64);
            return rows.div(rows.norm(1, keepdim: true).AtLeast(1e-9)).Over(Math.Sqrt(2));
        }
    });

    /// <summary>The clips that it learned from. The leak check asks.</summary>
    public ImmutableArray<int> LearnedFrom { get; }

    /// <summary>Learns from some clips of a data set and looks at no others.</summary>
    /// <param name="input">The <see cref="Input"/> of every clip.</param>
    /// <param name="units">Active action units of every clip, [21] of 0 or 1.</param>
    /// <param name="subjects">The person of every clip.</param>
    /// <param name="clips">The clips to learn from.</param>
    public static ActionUnitDetector Fit(Tensor input, IReadOnlyList<float[]> units, IReadOnlyList<string> subjects,
        IReadOnlyList<int> clips)
    {
        using var one = new OneMathThread();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (count, learned) = (ActionUnits.Used.Length, clips.ToImmutableArray());
        var x = input.index_select(0, tensor(learned.Select(c => (long)c).ToArray()));
        var y = tensor(learned.SelectMany(c => units[c]).Select(u => (double)u).ToArray()).view(learned.Length, count);
        // In the dual: as many unknowns as clips instead of as flow vectors.
        using Scalar ridge = AssumedRidge;
        var inverse = linalg.inv(x.matmul(x.t()).Plus(eye(learned.Length, dtype: ScalarType.Float64).mul(ridge)));
        y = y - y.mean([0L], keepdim: true);
        var dual = inverse.matmul(y);

        var scores = ByOthers(inverse, dual, y, [.. learned.Select(c => subjects[c])]).data<double>().ToArray();
        var thresholds = new double[count];
        for (var u = 0; u < count; u++)
        {
            var column = Enumerable.Range(0, learned.Length).Select(i => (Score: scores[i * count + u],
                IsActive: units[learned[i]][u] > 0, Subject: subjects[learned[i]])).ToList();
            var active = column.Where(c => c.IsActive).ToList();
            thresholds[u] =
                active.Count < FewestClips || active.Select(c => c.Subject).Distinct().Count() < FewestSubjects
                    ? double.PositiveInfinity
                    : Threshold([.. column.Select(c => (c.Score, c.IsActive))]);
        }
        return new(x.t().matmul(dual).contiguous().data<double>().ToArray(), thresholds, learned);
    }

    /// <summary>Its numbers by name, for a file of weights.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        [new("detector.weights", tensor(_weights)), new("detector.thresholds", tensor(_thresholds))];

    /// <summary>The detector of a file's <see cref="State"/>; null where the file has none.</summary>
    public static ActionUnitDetector? Of(IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.TryGetValue("detector.weights", out var weights)
            && tensors.TryGetValue("detector.thresholds", out var thresholds)
            ? new([.. weights.data<double>()], [.. thresholds.data<double>()], []) : null;

    /// <summary>The units that are found in clips, [21] of 0 or 1 each.</summary>
    /// <param name="input">The <see cref="Input"/> of the clips.</param>
    public float[][] Detect(Tensor input)
    {
        using var one = new OneMathThread();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var count = ActionUnits.Used.Length;
        return [.. input.matmul(tensor(_weights).view(-1, count)).data<double>().ToArray().Chunk(count)
            .Select(row => row.Select((s, u) => s >= _thresholds[u] ? 1f : 0f).ToArray())];
    }

    /// <summary>
    /// Every subject as the ridge regression of the others predicts it, without fitting again: y - inverse[own, own]^-1
    /// dual[own].
    /// </summary>
    internal static Tensor ByOthers(Tensor inverse, Tensor dual, Tensor y, IReadOnlyList<string> subjects)
    {
        var predicted = zeros_like(y);
        foreach (var own in subjects.Select((subject, i) => (subject, Row: (long)i)).GroupBy(c => c.subject))
        {
            var rows = tensor(own.Select(c => c.Row).ToArray());
            var block = inverse.index_select(0, rows).index_select(1, rows);
            predicted.index_copy_(0, rows, y.index_select(0, rows) - linalg.solve(block, dual.index_select(0, rows)));
        }
        return predicted;
    }

    /// <summary>
    /// The score that gives the best F1 when it and all above are called active; of equally good ones the highest.
    /// </summary>
    internal static double Threshold(IReadOnlyCollection<(double Score, bool IsActive)> clips)
    {
        var (best, threshold, called, right, active) = (-1.0, double.PositiveInfinity, 0, 0,
            clips.Count(c => c.IsActive));
        foreach (var same in clips.GroupBy(c => c.Score).OrderByDescending(g => g.Key))
        {
            (called, right) = (called + same.Count(), right + same.Count(c => c.IsActive));
            var f1 = 2.0 * right / (called + active);
            if (f1 > best) (best, threshold) = (f1, same.Key);
        }
        return threshold;
    }
}
