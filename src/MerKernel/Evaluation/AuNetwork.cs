namespace MerKernel.Evaluation;

/// <summary>
/// A small network that sees a clip's action units and no image: what learning can get out of the annotation alone. One hidden layer of rectified units,
/// cross entropy, Adam on all training clips at once. Its sizes are this project's choice. Plain numbers: it is too small for tensors to pay.
/// </summary>
public sealed class AuNetwork
{
    const int AssumedHidden = 32, AssumedSteps = 150;
    const double AssumedRate = 0.02;

    readonly ImmutableArray<int> _units;
    readonly int _classes;
    readonly double[] _weights;

    AuNetwork(ImmutableArray<int> units, int classes, Random random)
    {
        (_units, _classes) = (units, classes);
        _weights = new double[Second + (AssumedHidden + 1) * classes];
        for (var i = 0; i < _weights.Length; i++)
        {
            var inputs = i < Second ? units.Length : AssumedHidden;
            _weights[i] = (2 * random.NextDouble() - 1) / Math.Sqrt(Math.Max(1, inputs));
        }
    }

    /// <summary>Where the second layer's weights begin; each layer is a row for each input and a last row for the bias.</summary>
    int Second => (_units.Length + 1) * AssumedHidden;

    /// <summary>Trains on a fold's training clips and gives the rule for its test clips; the same seed gives the same rule.</summary>
    public static Func<LabelledClip, int> Fit(IReadOnlyList<LabelledClip> train, int classes, int seed = 1)
    {
        var network = new AuNetwork([.. train.SelectMany(c => c.ActionUnits).Distinct().Order()], classes, new Random(seed));
        network.Train(train);
        return network.Decide;
    }

    int Decide(LabelledClip clip)
    {
        var logits = Logits(Hidden(Inputs(clip), new double[AssumedHidden + 1]), new double[_classes]);
        return Enumerable.Range(0, _classes).MaxBy(c => logits[c]);
    }

    /// <summary>Rows of the first layer that a clip switches on: its units that training knew, and the bias.</summary>
    int[] Inputs(LabelledClip clip) => [.. clip.ActionUnits.Select(u => _units.IndexOf(u)).Where(i => i >= 0), _units.Length];

    double[] Hidden(int[] inputs, double[] hidden)
    {
        Array.Clear(hidden);
        foreach (var i in inputs)
            for (var h = 0; h < AssumedHidden; h++) hidden[h] += _weights[i * AssumedHidden + h];
        for (var h = 0; h < AssumedHidden; h++) hidden[h] = Math.Max(0, hidden[h]);
        hidden[AssumedHidden] = 1;
        return hidden;
    }

    double[] Logits(double[] hidden, double[] logits)
    {
        Array.Clear(logits);
        for (var h = 0; h < hidden.Length; h++)
            for (var c = 0; c < _classes; c++) logits[c] += hidden[h] * _weights[Second + h * _classes + c];
        return logits;
    }

    void Train(IReadOnlyList<LabelledClip> train)
    {
        var inputs = train.Select(Inputs).ToList();
        var (first, second, gradient) = (new double[_weights.Length], new double[_weights.Length], new double[_weights.Length]);
        var (hidden, error) = (new double[AssumedHidden + 1], new double[_classes]);
        for (var step = 1; step <= AssumedSteps; step++)
        {
            Array.Clear(gradient);
            for (var i = 0; i < train.Count; i++) AddGradient(gradient, inputs[i], train[i].Label, 1.0 / train.Count, hidden, error);
            for (var w = 0; w < _weights.Length; w++)
            {
                first[w] = 0.9 * first[w] + 0.1 * gradient[w];
                second[w] = 0.999 * second[w] + 0.001 * gradient[w] * gradient[w];
                var scale = Math.Sqrt(second[w] / (1 - Math.Pow(0.999, step))) + 1e-8;
                _weights[w] -= AssumedRate * first[w] / (1 - Math.Pow(0.9, step)) / scale;
            }
        }
    }

    void AddGradient(double[] gradient, int[] inputs, int label, double share, double[] hidden, double[] error)
    {
        Logits(Hidden(inputs, hidden), error);
        var largest = error.Max();
        for (var c = 0; c < _classes; c++) error[c] = Math.Exp(error[c] - largest);
        var sum = error.Sum();
        // Softmax minus target: the gradient of cross entropy at the logits.
        for (var c = 0; c < _classes; c++) error[c] = share * (error[c] / sum - (c == label ? 1 : 0));
        for (var h = 0; h < hidden.Length; h++)
        {
            var back = 0.0;
            for (var c = 0; c < _classes; c++)
            {
                back += error[c] * _weights[Second + h * _classes + c];
                gradient[Second + h * _classes + c] += error[c] * hidden[h];
            }
            if (h == AssumedHidden || hidden[h] == 0) continue;
            foreach (var i in inputs) gradient[i * AssumedHidden + h] += back;
        }
    }
}
