namespace MerKernel.Experiments;

/// <summary>
/// Variations of one experiment: all combinations of the values given, or a random sample of them. The same sweep gives
/// the same points.
/// </summary>
public sealed class Sweep
{
    readonly ImmutableArray<Axis> _axes;

    /// <summary>A sweep that varies nothing yet.</summary>
    /// <param name="start">The experiment that is varied.</param>
    public Sweep(Experiment start) : this(start, []) { }

    Sweep(Experiment start, ImmutableArray<Axis> axes) => (Start, _axes) = (start, axes);

    /// <summary>The experiment that is varied.</summary>
    public Experiment Start { get; }

    /// <summary>The varied options, and the values of each as text.</summary>
    public ImmutableArray<(string Name, ImmutableArray<string> Values)> Axes =>
        [.. _axes.Select(a => (a.Name, a.Values))];

    /// <summary>This sweep over one thing more.</summary>
    /// <param name="name">The varied option, in words.</param>
    /// <param name="values">The values tried.</param>
    /// <param name="change">Sets a value, usually by a <c>with</c> expression.</param>
    public Sweep Over<T>(string name, IReadOnlyList<T> values, Func<Experiment, T, Experiment> change)
    {
        if (values.Count == 0) throw new UserErrorException($"The sweep over {name} has no values; give at least one.");
        if (_axes.Any(a => a.Name == name))
            throw new UserErrorException($"The sweep varies {name} twice; give each thing a name of its own.");
        return new(Start, [.. _axes, new Axis(name,
            [.. values.Select(v =>
                v is bool on ? on ? "yes" : "no" : Convert.ToString(v, CultureInfo.InvariantCulture) ?? "none")],
            (e, i) => change(e, values[i]))]);
    }

    /// <summary>
    /// Every combination, the last axis changing fastest; combinations that give the same experiment appear once.
    /// </summary>
    public ImmutableArray<SweepPoint> Grid() => [.. Combinations().Select(Point).DistinctBy(p => p.Experiment)];

    /// <summary>Some of the combinations, none twice, in random order.</summary>
    /// <param name="count">How many; all of them if there are fewer.</param>
    /// <param name="seed">Seed of the draw.</param>
    public ImmutableArray<SweepPoint> Random(int count, int seed = 1)
    {
        var grid = Grid().ToArray();
        new Random(seed).Shuffle(grid);
        return [.. grid.Take(count)];
    }

    IEnumerable<ImmutableArray<int>> Combinations() => _axes.Aggregate((IEnumerable<ImmutableArray<int>>)[[]],
        (chosen, axis) => chosen.SelectMany(c => Enumerable.Range(0, axis.Values.Length).Select(c.Add)));

    SweepPoint Point(ImmutableArray<int> positions) => new(
        _axes.Zip(positions).Aggregate(Start, (e, p) => p.First.Change(e, p.Second)),
        [.. _axes.Zip(positions, (a, p) => (a.Name, p))]);

    sealed record Axis(string Name, ImmutableArray<string> Values, Func<Experiment, int, Experiment> Change);
}

/// <summary>One experiment of a sweep.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Settings">
/// Name of each thing that is varied, and the position of its value among the values tried.
/// </param>
public sealed record SweepPoint(Experiment Experiment, ImmutableArray<(string Name, int Position)> Settings);
