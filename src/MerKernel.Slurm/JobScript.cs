namespace MerKernel.Slurm;

/// <summary>
/// The two scripts of a round: the array, and the job that makes tables when every task has ended, however it ended.
/// </summary>
public static class JobScript
{
    /// <summary>Exit code by which a task says that its node is at fault (EX_TEMPFAIL).</summary>
    public const int NodeAtFault = 75;

    /// <summary>The array's script.</summary>
    /// <param name="submission">The request.</param>
    /// <param name="folder">The submission's folder.</param>
    /// <param name="round">Number of the round, from 1.</param>
    /// <param name="folds">The round's folds.</param>
    public static string Array(Submission submission, string folder, int round, IReadOnlyList<TaskFold> folds)
    {
        var (slurm, here) = (submission.Slurm, Submission.RoundFolder(folder, round));
        var tasks = folds.Max(f => f.Task) + 1;
        string?[] head =
        [
            $"#SBATCH --job-name=mer-{submission.Profile}",
            $"#SBATCH --array=0-{tasks - 1}{(slurm.MaxConcurrent is { } most ? $"%{most}" : "")}",
            $"#SBATCH --output=\"{here}/logs/%a.txt\"",
            "#SBATCH --open-mode=append",
            "#SBATCH --export=PATH,HOME",
            "#SBATCH --requeue",
            "#SBATCH --nodes=1",
            "#SBATCH --ntasks=1",
            $"#SBATCH --cpus-per-task={slurm.Processors}",
            $"#SBATCH --mem={slurm.MemoryMiB}M",
            $"#SBATCH --time={SlurmOptions.Limit(slurm.Time)}",
            // Time to write nothing but the request to be queued again; the checkpoint is on disk already.
            slurm.CheckpointEvery > 0 ? "#SBATCH --signal=B:USR1@60" : null,
            .. Site(slurm),
            slurm.Gres is { } gres ? $"#SBATCH --gres={gres}" : null,
        ];
        var read = submission.DataFolders.Append(submission.Cache).Append(submission.Store).Append(submission.Weights)
            .Append(submission.Backbone).Append(submission.Landmarks).OfType<string>();
        var gpu = slurm.UsesGpu
            ? "nvidia-smi -L 2>/dev/null | grep -q GPU || not_here \"shows no GPU (nvidia-smi -L)\"\n" : "";
        const string Once = """
            "$program" submit task "$here" "$SLURM_ARRAY_TASK_ID"
            """;
        var compute = slurm.CheckpointEvery > 0 ? $"""
            # A minute before the time limit: queued again, the fold goes on from its checkpoint.
            trap 'echo "mer: time is up; the task is queued again and resumes from its checkpoint"; scontrol requeue "$SLURM_JOB_ID"; sleep 60' USR1
            {Once} &
            wait $!
            """ : Once;
        return $$"""
            #!/bin/bash
            # Micro-expression recognition, {{submission.Profile}} profile: {{folds.Count}} folds in {{tasks}} tasks, the longest first.
            # Task I computes the folds that folds.tsv lists under I; those that are stored already cost it nothing. Written by mer submit.
            {{string.Join('\n', head.OfType<string>())}}
            set -uo pipefail

            submission={{Shell.Quoted(folder)}}
            here={{Shell.Quoted(here)}}
            program={{Shell.Quoted(submission.Program)}}
            {{Exports(submission)}}
            node=${SLURMD_NODENAME:-$(uname -n)}

            # Tasks that wait keep away from nodes that will not do.
            avoid() {
              local nodes; nodes=$(ls "$here/nodes" | sed 's/\.txt$//' | paste -sd,)
              [ -z "$nodes" ] || scontrol update JobId="$1" ExcNodeList="$nodes" >/dev/null 2>&1
            }

            # This node will not do: it says so in one sentence, and the task tries elsewhere, three times at most.
            not_here() {
              echo "mer: node $node $1" | tee "$here/nodes/$node.txt"
              avoid "$SLURM_ARRAY_JOB_ID"
              if [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ]; then
                # Slow enough not to spin where no other node is free.
                sleep $((5 * (1 + ${SLURM_RESTART_COUNT:-0})))
                # This task, too, keeps away; Slurm lets it say so only once it waits again, when it is being ended here.
                trap '' TERM
                scontrol requeue "$SLURM_JOB_ID" && { avoid "$SLURM_JOB_ID"; trap - TERM; sleep 60; }
              fi
              exit 1
            }

            avoid "$SLURM_ARRAY_JOB_ID"
            for folder in {{string.Join(' ', read.Select(Shell.Quoted))}}; do
              [ -r "$folder" ] || not_here "does not see $folder; mount it there or submit with --sbatch-arg=--exclude=$node"
            done
            [ -w {{Shell.Quoted(submission.Store)}} ] || not_here "may not write to {{submission.Store}}; allow it"
            [ -x "$program" ] || not_here "does not see $program; mount it there"
            free=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
            [ "$free" -ge {{slurm.MemoryMiB}} ] || not_here "has $free MiB of memory free and a task needs {{slurm.MemoryMiB}}; something outside Slurm uses it"
            {{gpu}}# A published folder carries checksums: the program that computes is the published one. A node reads it once for an array.
            app=${program%/*} checked=${TMPDIR:-/tmp}/mer-$SLURM_ARRAY_JOB_ID-$node-checked
            if [ -e "$app/SHA256SUMS" ] && ! sha256sum --check --status "$checked" 2>/dev/null; then
              (cd "$app" && sha256sum --check --quiet --strict SHA256SUMS) || not_here "reads other bytes in $app than were published; publish again if every node says so"
              sha256sum "$app/SHA256SUMS" >"$checked"
            fi
            "$program" --version >/dev/null || not_here "cannot start $program"

            {{compute}}
            status=$?
            [ $status -ne {{NodeAtFault}} ] || not_here "is not fit: see $here/logs/$SLURM_ARRAY_TASK_ID.txt"
            exit $status

            """;
    }

    /// <summary>The script of the dependent job.</summary>
    public static string Finish(Submission submission, string folder, int round)
    {
        string?[] head =
        [
            $"#SBATCH --job-name=mer-{submission.Profile}-tables",
            $"#SBATCH --output=\"{Submission.RoundFolder(folder, round)}/finish.txt\"",
            "#SBATCH --open-mode=append",
            "#SBATCH --export=PATH,HOME",
            "#SBATCH --requeue",
            "#SBATCH --nodes=1",
            "#SBATCH --ntasks=1",
            $"#SBATCH --mem={Math.Max(2048, submission.Slurm.MemoryMiB)}M",
            "#SBATCH --time=0-02:00:00",
            .. Site(submission.Slurm),
        ];
        return $$"""
            #!/bin/bash
            # Runs when every task of the round has ended, however it ended: checks that every fold is stored and makes tables and pages.
            {{string.Join('\n', head.OfType<string>())}}
            set -uo pipefail

            {{Exports(submission)}}
            {{Shell.Quoted(submission.Program)}} submit finish {{Shell.Quoted(folder)}}

            """;
    }

    static IEnumerable<string?> Site(SlurmOptions slurm) =>
    [
        slurm.Partition is { } partition ? $"#SBATCH --partition={partition}" : null,
        slurm.Account is { } account ? $"#SBATCH --account={account}" : null,
    ];

    static string Exports(Submission submission) => $"export MER_ROOT={Shell.Quoted(submission.Root)}" +
        (submission.Landmarks is { } model ? $"\nexport MER_LANDMARKS={Shell.Quoted(model)}" : "") +
        string.Concat(submission.Environment.Select(v => $"\nexport {v.Key}={Shell.Quoted(v.Value)}"));
}
