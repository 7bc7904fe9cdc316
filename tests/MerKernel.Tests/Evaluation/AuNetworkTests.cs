using MerKernel.Evaluation;

namespace MerKernel.Tests.Evaluation;

public class AuNetworkTests
{
    // Class 1 exactly where one of units 1 and 12 is active without the other: no linear rule can tell.
    static readonly LabelledClip[] ExclusiveOr = [.. Enumerable.Range(0, 40).Select(i => (i % 4) switch
    {
        0 => new LabelledClip($"s/{i}", "s", 0, []),
        1 => new LabelledClip($"s/{i}", "s", 1, [1]),
        2 => new LabelledClip($"s/{i}", "s", 1, [12]),
        _ => new LabelledClip($"s/{i}", "s", 0, [1, 12]),
    })];

    [Fact]
    public void It_learns_what_no_linear_rule_can()
    {
        var rule = AuNetwork.Fit(ExclusiveOr, classes: 2);
        Assert.All(ExclusiveOr, c => Assert.Equal(c.Label, rule(c)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_rule()
    {
        LabelledClip[] noise = [.. Enumerable.Range(0, 30)
            .Select(i => new LabelledClip($"s/{i}", "s", i * 7 % 3, [1 + i % 2, 4 + i % 3]))];
        Assert.Equal(noise.Select(AuNetwork.Fit(noise, 3, seed: 5)), noise.Select(AuNetwork.Fit(noise, 3, seed: 5)));
    }

    [Fact]
    public void Where_units_say_nothing_it_guesses_the_commoner_class()
    {
        LabelledClip[] clips = [.. Enumerable.Range(0, 30)
            .Select(i => new LabelledClip($"s/{i}", "s", i % 3 == 0 ? 1 : 2, [4]))];
        Assert.Equal(2, AuNetwork.Fit(clips, 3)(clips[0]));
    }

    [Fact]
    public void Units_that_training_never_saw_do_not_disturb_it() =>
        Assert.Equal(AuNetwork.Fit(ExclusiveOr, 2)(ExclusiveOr[1]),
            AuNetwork.Fit(ExclusiveOr, 2)(ExclusiveOr[1] with { ActionUnits = [1, 45] }));

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void It_decides_as_the_plainest_loops_over_clips_and_weights_do(int seed)
    {
        var random = new Random(seed);
        LabelledClip[] clips = [.. Enumerable.Range(0, 60).Select(i => new LabelledClip($"s/{i}", "s", random.Next(4),
            [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(1, 8))]))];
        Assert.Equal(clips.Select(Plain(clips, 4, seed)), clips.Select(AuNetwork.Fit(clips, 4, seed)));
    }

    /// <summary>
    /// The network of 32 hidden units, clip by clip; the layers' weights are drawn row by row, a layer's bias last.
    /// </summary>
    static Func<LabelledClip, int> Plain(LabelledClip[] train, int classes, int seed)
    {
        const int Hidden = 32;
        int[] units = [.. train.SelectMany(c => c.ActionUnits).Distinct().Order()];
        var random = new Random(seed);
        double[][] Layer(int rows, int columns) => [.. Enumerable.Range(0, rows + 1).Select(_ =>
            Enumerable.Range(0, columns).Select(_ => (2 * random.NextDouble() - 1) / Math.Sqrt(rows)).ToArray())];
        double[][][] layers = [Layer(units.Length, Hidden), Layer(Hidden, classes)];
        double[][][] Zeros() => [.. layers.Select(l => l.Select(r => new double[r.Length]).ToArray())];
        var (first, second) = (Zeros(), Zeros());
        for (var step = 1; step <= 150; step++)
        {
            var gradient = Zeros();
            foreach (var clip in train)
            {
                var (input, hidden, logits) = Run(clip);
                var exponentials = logits.Select(Math.Exp).ToArray();
                var error = exponentials.Select((e, c) =>
                    (e / exponentials.Sum() - (c == clip.Label ? 1 : 0)) / train.Length).ToArray();
                for (var h = 0; h <= Hidden; h++)
                    for (var c = 0; c < classes; c++) gradient[1][h][c] += error[c] * hidden[h];
                for (var i = 0; i < input.Length; i++)
                    for (var h = 0; h < Hidden; h++)
                        if (hidden[h] > 0)
                            gradient[0][i][h] += input[i] * error.Select((e, c) => e * layers[1][h][c]).Sum();
            }
            for (var l = 0; l < 2; l++)
                for (var r = 0; r < layers[l].Length; r++)
                    for (var c = 0; c < layers[l][r].Length; c++)
                    {
                        first[l][r][c] = 0.9 * first[l][r][c] + 0.1 * gradient[l][r][c];
                        second[l][r][c] = 0.999 * second[l][r][c] + 0.001 * Math.Pow(gradient[l][r][c], 2);
                        layers[l][r][c] -= 0.02 * (first[l][r][c] / (1 - Math.Pow(0.9, step)))
                            / (Math.Sqrt(second[l][r][c] / (1 - Math.Pow(0.999, step))) + 1e-8);
                    }
        }
        return clip => Array.IndexOf(Run(clip).Logits, Run(clip).Logits.Max());

        (double[] Input, double[] Hidden, double[] Logits) Run(LabelledClip clip)
        {
            double[] input = [.. units.Select(u => clip.ActionUnits.Contains(u) ? 1.0 : 0), 1];
            double[] hidden = [.. Times(input, layers[0]).Select(x => Math.Max(0, x)), 1];
            return (input, hidden, Times(hidden, layers[1]));
        }

        static double[] Times(double[] values, double[][] layer) =>
            [.. Enumerable.Range(0, layer[0].Length).Select(c => values.Select((v, r) => v * layer[r][c]).Sum())];
    }
}
