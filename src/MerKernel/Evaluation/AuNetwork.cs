using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MerKernel.Evaluation;

/// <summary>
/// A small network that sees a clip's action units and no image: what learning can get out of the annotation alone. One hidden layer of rectified units,
/// cross entropy, Adam on all training clips at once. Its sizes are this project's choice. Plain numbers: it is too small for tensors to pay.
/// </summary>
public sealed class AuNetwork
{
    const int AssumedHidden = 32, AssumedSteps = 150;
    const double AssumedRate = 0.02;

    // Four lanes on every machine, so that sums have the same order and the same last bits on all of them.
    static readonly int s_lanes = Vector256<double>.Count, s_row = AssumedHidden / s_lanes;

    readonly ImmutableArray<int> _units;
    readonly int _classes;

    // A row of hidden units for each action unit and for the bias, a row for each class, then the classes' biases, filled up with zeros.
    readonly Vector256<double>[] _weights;

    AuNetwork(ImmutableArray<int> units, int classes, Random random)
    {
        (_units, _classes) = (units, classes);
        _weights = new Vector256<double>[Biases + (classes + s_lanes - 1) / s_lanes];
        var weights = MemoryMarshal.Cast<Vector256<double>, double>(_weights.AsSpan());
        for (var i = 0; i < (units.Length + 1) * AssumedHidden; i++) weights[i] = Draw(units.Length);
        for (var h = 0; h < AssumedHidden; h++)
            for (var c = 0; c < classes; c++) weights[(units.Length + 1 + c) * AssumedHidden + h] = Draw(AssumedHidden);
        for (var c = 0; c < classes; c++) weights[Biases * s_lanes + c] = Draw(AssumedHidden);

        double Draw(int inputs) => (2 * random.NextDouble() - 1) / Math.Sqrt(Math.Max(1, inputs));
    }

    int Biases => (_units.Length + 1 + _classes) * s_row;

    /// <summary>Trains on a fold's training clips and gives the rule for its test clips; the same seed gives the same rule.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train, int classes, int seed = 1)
    {
        var network = new AuNetwork([.. train.SelectMany(c => c.ActionUnits).Distinct().Order()], classes, new Random(seed));
        network.Train(train);
        return network.Decide;
    }

    int Decide(LabelledClip clip)
    {
        var hidden = new Vector256<double>[s_row];
        var logits = new double[_classes];
        Logits(Inputs(clip), hidden, logits);
        return Enumerable.Range(0, _classes).MaxBy(c => logits[c]);
    }

    /// <summary>Rows of the first layer that a clip switches on: its units that training knew, and the bias.</summary>
    int[] Inputs(LabelledClip clip) => [.. clip.ActionUnits.Select(u => _units.IndexOf(u)).Where(i => i >= 0), _units.Length];

    void Logits(int[] inputs, Span<Vector256<double>> hidden, Span<double> logits)
    {
        hidden.Clear();
        foreach (var i in inputs)
        {
            var row = Row(_weights, i);
            for (var v = 0; v < hidden.Length; v++) hidden[v] += row[v];
        }
        for (var v = 0; v < hidden.Length; v++) hidden[v] = Vector256.Max(hidden[v], Vector256<double>.Zero);

        BiasesOf(_weights).CopyTo(logits);
        for (var c = 0; c < logits.Length; c++)
        {
            var row = Row(_weights, _units.Length + 1 + c);
            var sum = Vector256<double>.Zero;
            for (var v = 0; v < hidden.Length; v++) sum += hidden[v] * row[v];
            logits[c] += Vector256.Sum(sum);
        }
    }

    void Train(IReadOnlyList<LabelledClip> train)
    {
        // Clips of the same units differ in nothing that the network sees, so each set of units is computed once a step.
        var cases = train.GroupBy(c => string.Join(' ', c.ActionUnits), (_, clips) => clips.ToList())
            .Select(clips => (Inputs: Inputs(clips[0]), Shares: Enumerable.Range(0, _classes).Select(c => clips.Count(clip => clip.Label == c) / (double)train.Count).ToArray())).ToList();
        var (first, second, gradient) = (new Vector256<double>[_weights.Length], new Vector256<double>[_weights.Length], new Vector256<double>[_weights.Length]);
        for (var step = 1; step <= AssumedSteps; step++)
        {
            Array.Clear(gradient);
            foreach (var (inputs, shares) in cases) AddGradient(gradient, inputs, shares);
            var (firstShare, secondShare) = (1 - Math.Pow(0.9, step), 1 - Math.Pow(0.999, step));
            for (var w = 0; w < _weights.Length; w++)
            {
                first[w] = 0.9 * first[w] + 0.1 * gradient[w];
                second[w] = 0.999 * second[w] + 0.001 * gradient[w] * gradient[w];
                var scale = Vector256.Sqrt(second[w] / secondShare) + Vector256.Create(1e-8);
                _weights[w] -= AssumedRate * first[w] / firstShare / scale;
            }
        }
    }

    /// <summary>Adds the gradient of a set of units.</summary>
    /// <param name="gradient">The sum, laid out as the weights.</param>
    /// <param name="inputs">The set's rows.</param>
    /// <param name="shares">By class, its clips' share in all training clips.</param>
    void AddGradient(Vector256<double>[] gradient, int[] inputs, double[] shares)
    {
        Span<Vector256<double>> hidden = stackalloc Vector256<double>[s_row], back = stackalloc Vector256<double>[s_row];
        Span<double> error = stackalloc double[_classes];
        Logits(inputs, hidden, error);
        var (largest, sum, share) = (double.NegativeInfinity, 0.0, 0.0);
        foreach (var logit in error) largest = Math.Max(largest, logit);
        for (var c = 0; c < _classes; c++)
        {
            error[c] = Math.Exp(error[c] - largest);
            sum += error[c];
            share += shares[c];
        }

        back.Clear();
        var biases = BiasesOf(gradient);
        for (var c = 0; c < _classes; c++)
        {
            // Softmax minus target: the gradient of cross entropy at the logits.
            var difference = share * error[c] / sum - shares[c];
            biases[c] += difference;
            var row = Row(_weights, _units.Length + 1 + c);
            var rowGradient = Row(gradient, _units.Length + 1 + c);
            for (var v = 0; v < back.Length; v++)
            {
                back[v] += difference * row[v];
                rowGradient[v] += difference * hidden[v];
            }
        }
        for (var v = 0; v < back.Length; v++) back[v] &= Vector256.GreaterThan(hidden[v], Vector256<double>.Zero);
        foreach (var i in inputs)
        {
            var row = Row(gradient, i);
            for (var v = 0; v < back.Length; v++) row[v] += back[v];
        }
    }

    static Span<Vector256<double>> Row(Vector256<double>[] layers, int row) => layers.AsSpan(row * s_row, s_row);

    Span<double> BiasesOf(Vector256<double>[] layers) => MemoryMarshal.Cast<Vector256<double>, double>(layers.AsSpan(Biases))[.._classes];
}
