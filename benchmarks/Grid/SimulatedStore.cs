using System.Collections.Immutable;
using MerKernel.Evaluation;
using MerKernel.Experiments;

/// <summary>
/// A run store in which every fold is a link to one of a few hundred files with random logits, so that what is read
/// comes from memory rather than from a disk. What is listed, opened, read, checked and scored is the same as in a real
/// one.
/// </summary>
sealed class SimulatedStore
{
    const int Varieties = 3, Classes = 5;

    readonly ImmutableArray<string> _subjects;
    readonly Dictionary<(int Variety, string Subject), string> _templates = [];
    int _runs;

    public SimulatedStore(string folder, IEnumerable<string> subjects, int epochs, int clips)
    {
        (Runs, _subjects) = (new RunStore(Path.Combine(folder, "runs")), [.. subjects]);
        var random = new Random(1);
        for (var variety = 0; variety < Varieties; variety++)
        {
            var templates = new RunStore(Path.Combine(folder, $"templates-{variety}"));
            for (var s = 0; s < _subjects.Length; s++)
            {
                templates.Save("fold", Fold(s), new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
                _templates[(variety, _subjects[s])] = templates.FoldPath("fold", _subjects[s]);
            }
        }

        FoldPrediction Fold(int s) => new()
        {
            Subject = _subjects[s],
            Clips = [.. Enumerable.Range(0, clips).Select(c => $"{_subjects[s]}/{c}")],
            Labels = [.. Enumerable.Range(0, clips).Select(c => (s + c) % Classes)],
            Logits = [.. Enumerable.Range(0, epochs).Select(_ => Enumerable.Range(0, clips)
                .Select(_ => Enumerable.Range(0, Classes).Select(_ => random.NextSingle() * 4 - 2).ToImmutableArray())
                .ToImmutableArray())],
            TrainingLoss = [.. Enumerable.Range(0, epochs).Select(_ => random.NextSingle())],
        };
    }

    public RunStore Runs { get; }

    /// <summary>Adds a run with every subject's fold.</summary>
    public void Add(Experiment experiment)
    {
        Runs.Save(experiment);
        var hash = ExperimentHash.Of(experiment);
        foreach (var subject in _subjects) Link(hash, subject, _runs % Varieties);
        _runs++;
    }

    public void Link(string hash, string subject, int variety = 0) =>
        File.CreateSymbolicLink(Runs.FoldPath(hash, subject), _templates[(variety, subject)]);
}
