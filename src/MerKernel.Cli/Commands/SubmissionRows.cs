using System.Collections.Immutable;
using MerKernel.Slurm;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>Which tables of a submission show a fold's row.</summary>
static class SubmissionRows
{
    public static Func<TaskFold, ImmutableArray<int>> TablesOf(Submission submission)
    {
        var shown = Tables.Work(submission.Tables.Select(Tables.Numbered)).ToDictionary(w => (w.Method.Key, w.Dataset), w => w.Tables);
        return fold => shown.GetValueOrDefault((fold.Variant, fold.Dataset), []);
    }
}
