namespace MerKernel.Evaluation;

/// <summary>How well an action unit is found.</summary>
/// <param name="Unit">FACS number.</param>
/// <param name="Clips">Clips that the coders saw it in.</param>
/// <param name="Always">
/// F1 of naming it in every clip, 2 p / (1 + p) where p is its share of them: the best that can be had without looking.
/// </param>
/// <param name="F1">F1 over all clips, each found by a detector that did not know its subject.</param>
/// <param name="Interval">Its 95 % interval by bootstrap over subjects.</param>
public sealed record UnitScore(int Unit, int Clips, double Always, double F1, Interval Interval)
{
    /// <summary>The commonest units, with the mean over them last, as unit 0.</summary>
    /// <param name="clips">Subject, coded units and found units of every clip.</param>
    /// <param name="most">How many units.</param>
    public static ImmutableArray<UnitScore> Of(
        IReadOnlyCollection<(string Subject, IReadOnlySet<int> Coded, IReadOnlySet<int> Found)> clips, int most = 10)
    {
        int[] units = [.. clips.SelectMany(c => c.Coded).CountBy(u => u).OrderByDescending(u => u.Value)
            .ThenBy(u => u.Key).Take(most).Select(u => u.Key)];
        // Of each unit: right, called, active.
        var subjects = clips.GroupBy(c => c.Subject).Select(s => units.SelectMany(u => (int[])
            [s.Count(c => c.Coded.Contains(u) && c.Found.Contains(u)), s.Count(c => c.Found.Contains(u)),
                s.Count(c => c.Coded.Contains(u))]).ToArray()).ToList();
        var intervals = SubjectBootstrap.Draw(subjects, units.Length + 1, 10_000, 1, Scores);
        var (all, values) = (subjects.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]),
            new double[units.Length + 1]);
        Scores(all, values);
        var scores = units.Select((u, i) => (Unit: u, Active: all[3 * i + 2], F1: values[i], Interval: intervals[i]))
            .Select(s => new UnitScore(s.Unit, s.Active, 2.0 * s.Active / (clips.Count + s.Active), s.F1, s.Interval))
            .ToList();
        return [.. scores, new(0, 0, scores.Average(s => s.Always), values[^1], intervals[^1])];

        static void Scores(ReadOnlySpan<int> counts, Span<double> values)
        {
            var sum = 0.0;
            for (var u = 0; u < values.Length - 1; u++)
            {
                var either = counts[3 * u + 1] + counts[3 * u + 2];
                sum += values[u] = either == 0 ? 0 : 2.0 * counts[3 * u] / either;
            }
            values[^1] = sum / (values.Length - 1);
        }
    }
}
