namespace MerKernel.Evaluation;

/// <summary>Counts of clips by true and predicted class.</summary>
[JsonConverter(typeof(ConfusionMatrixJson))]
public sealed class ConfusionMatrix
{
    // Row by row, then the rows' sums, then the columns'.
    readonly int[] _counts;

    ConfusionMatrix(int classes, ReadOnlySpan<int> counts)
    {
        Classes = classes;
        // Sums once, in plain loops and in one array: the bootstrap makes ten thousand matrices for each interval.
        _counts = new int[classes * (classes + 2)];
        counts.CopyTo(_counts);
        var support = _counts.AsSpan(classes * classes, classes);
        var predicted = _counts.AsSpan(classes * (classes + 1));
        for (var t = 0; t < classes; t++)
        {
            var row = counts.Slice(t * classes, classes);
            var clips = 0;
            for (var p = 0; p < row.Length; p++)
            {
                clips += row[p];
                predicted[p] += row[p];
            }
            support[t] = clips;
            Total += clips;
            Correct += row[t];
        }
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Clips of class <paramref name="truth"/> that were predicted as <paramref name="predicted"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int this[int truth, int predicted] => _counts[Row(truth) + Demanded(predicted)];

    /// <summary>Clips in all.</summary>
    public int Total { get; }

    /// <summary>Clips predicted correctly.</summary>
    public int Correct { get; }

    /// <summary>Clips of a class.</summary>
    public int Support(int truth) => _counts[Classes * Classes + Demanded(truth)];

    /// <summary>Clips predicted as a class.</summary>
    public int Predicted(int predicted) => _counts[Classes * (Classes + 1) + Demanded(predicted)];

    int Row(int truth) => Demanded(truth) * Classes;

    // A wrong class would be the count of another cell.
    int Demanded(int label) => (uint)label < (uint)Classes ? label
        : throw new ArgumentOutOfRangeException(nameof(label),
            $"There is no class {label}; the matrix has classes 0 to {Classes - 1}.");

    /// <summary>Counts labels against predictions.</summary>
    /// <exception cref="ArgumentException">
    /// The two differ in length, or one names a class outside the range.
    /// </exception>
    public static ConfusionMatrix Of(IReadOnlyList<int> labels, IReadOnlyList<int> predictions, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(predictions);
        if (classes < 1) throw new ArgumentException($"{classes} classes are not possible; name their number.");
        if (labels.Count != predictions.Count)
            throw new ArgumentException($"There are {labels.Count} labels and {predictions.Count} predictions; there " +
                "must be one prediction for each label.");
        var counts = new int[classes * classes];
        for (var i = 0; i < labels.Count; i++)
        {
            if ((uint)labels[i] >= classes || (uint)predictions[i] >= classes)
                throw new ArgumentException(
                    $"Clip {i} has label {labels[i]} and prediction {predictions[i]}; classes are 0 to {classes - 1}.");
            counts[labels[i] * classes + predictions[i]]++;
        }
        return new ConfusionMatrix(classes, counts);
    }

    /// <summary>A matrix from its rows: one row for each true class.</summary>
    public static ConfusionMatrix FromRows(params int[][] rows)
    {
        if (rows.Any(r => r is null || r.Length != rows.Length || r.Any(n => n < 0)))
            throw new ArgumentException("A confusion matrix is square and counts are not negative.");
        return new ConfusionMatrix(rows.Length, (int[])[.. rows.SelectMany(r => r)]);
    }

    /// <summary>Every count so many times.</summary>
    internal ConfusionMatrix Times(int weight) =>
        weight == 1 ? this : new(Classes, (int[])[.. Counts.ToArray().Select(n => n * weight)]);

    /// <summary>The counts, row by row, for resampling tests that add up many matrices.</summary>
    internal ReadOnlySpan<int> Counts => _counts.AsSpan(0, Classes * Classes);

    /// <summary>A matrix from counts row by row.</summary>
    internal static ConfusionMatrix FromCounts(int classes, ReadOnlySpan<int> counts) => new(classes, counts);

    /// <summary>The sum of matrices: pooling over folds.</summary>
    /// <exception cref="ArgumentException">There is none, or their classes differ in number.</exception>
    public static ConfusionMatrix Sum(IEnumerable<ConfusionMatrix> matrices)
    {
        int[]? sum = null;
        var classes = 0;
        foreach (var matrix in matrices)
        {
            sum ??= new int[matrix.Counts.Length];
            classes = matrix.Classes;
            if (matrix.Counts.Length != sum.Length)
                throw new ArgumentException("Confusion matrices of different class counts cannot be added.");
            for (var i = 0; i < sum.Length; i++) sum[i] += matrix._counts[i];
        }
        return new ConfusionMatrix(classes,
            sum ?? throw new ArgumentException("There is no confusion matrix to add up."));
    }
}

/// <summary>A confusion matrix in JSON: its rows, one array for each true class.</summary>
sealed class ConfusionMatrixJson : JsonConverter<ConfusionMatrix>
{
    public override ConfusionMatrix Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        try
        {
            return ConfusionMatrix.FromRows(JsonSerializer.Deserialize<int[][]>(ref reader, options) ?? []);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, ConfusionMatrix matrix, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, Enumerable.Range(0, matrix.Classes)
            .Select(t => Enumerable.Range(0, matrix.Classes).Select(p => matrix[t, p])), options);
}
