using System.ComponentModel;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace MerKernel.Slurm;

/// <summary>
/// Slurm's own commands. Only squeue, scontrol, sbatch and scancel are needed; sacct adds reasons where a site keeps
/// accounts.
/// </summary>
public static class SlurmCommands
{
    // Longer arrays would make folders of more than 1,000 logs; it is also the default MaxArraySize.
    /// <summary>Most tasks of an array.</summary>
    public const int MostTasks = 1000;

    /// <summary>Submits a script and returns its job id.</summary>
    /// <exception cref="UserErrorException">Slurm refuses it.</exception>
    public static long Submit(string script, IEnumerable<string> arguments)
    {
        var answer = Demand("sbatch", ["--parsable", .. arguments, script]);
        return long.TryParse(answer.Trim().Split(';')[0], CultureInfo.InvariantCulture, out var id)
            ? id : throw new UserErrorException($"sbatch answered '{answer.Trim()}' instead of a job id; look with " +
                $"squeue whether {script} was submitted.");
    }

    /// <summary>Cancels jobs ('12') or tasks ('12_3'); those that have ended are no error.</summary>
    public static void Cancel(IReadOnlyList<string> jobs)
    {
        foreach (var some in jobs.Chunk(500)) Demand("scancel", ["--quiet", .. some]);
    }

    /// <summary>
    /// State of every task of an array that Slurm still knows, by number; the job itself where it is no array has
    /// number -1.
    /// </summary>
    /// <exception cref="UserErrorException">The queue does not answer.</exception>
    public static IReadOnlyDictionary<int, JobState> States(long job)
    {
        var states = new Dictionary<int, JobState>();
        // Accounts first: where there are none, sacct fails, and only the queue tells. The queue's answer is newer.
        var (sacct, accounts, _) = Run("sacct", ["--noheader", "--parsable2", "--allocations", "--array",
            $"--jobs={job}", "--format=JobID,State,NodeList"]);
        if (sacct == 0)
            foreach (var line in Lines(accounts))
                if (line.Split('|') is [var id, var state, var nodes] && Task(id.Split('_')) is { } task)
                    states[task] = new(state.Split(' ')[0], "", nodes);
        // A queue that does not answer is no queue without the job: running folds would count as ended.
        var (squeue, queue, error) = Run("squeue",
            ["--noheader", "--states=all", "--array", $"--jobs={job}", "--format=%F|%K|%T|%r|%N"]);
        if (squeue != 0 && !error.Contains("Invalid job id", StringComparison.OrdinalIgnoreCase))
            throw Refusal("squeue", squeue, error);
        foreach (var line in Lines(queue))
            if (line.Split('|') is [var id, var index, var state, var reason, var nodes]
                && id == job.ToString(CultureInfo.InvariantCulture) && Task([id, index]) is { } task)
                states[task] = new(state, reason, nodes);
        return states;
    }

    static int? Task(string[] id) =>
        id is [_] or [_, "N/A"] ? -1 : int.TryParse(id[1], CultureInfo.InvariantCulture, out var task) ? task : null;

    static IEnumerable<string> Lines(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static string Demand(string program, IReadOnlyList<string> arguments)
    {
        var (code, output, error) = Run(program, arguments);
        return code == 0 ? output : throw Refusal(program, code, error);
    }

    static UserErrorException Refusal(string program, int code, string error) => new(code == 127
        ? $"There is no {program} on this machine; call this on a login node of the cluster, or submit with " +
            "--dry-run to see the job scripts."
        : $"{program} failed: {string.Join(' ', Lines(error)).Replace($"{program}: error: ", "").TrimEnd('.')}.");

    static (int Code, string Output, string Error) Run(string program, IReadOnlyList<string> arguments)
    {
        try
        {
            var ran = Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync().GetAwaiter().GetResult();
            return (ran.ExitCode, ran.StandardOutput, ran.StandardError);
        }
        catch (Win32Exception)
        {
            return (127, "", "");
        }
    }
}

/// <summary>Slurm's state of a job or task.</summary>
/// <param name="State">Its state, for example RUNNING or OUT_OF_MEMORY.</param>
/// <param name="Reason">Why it waits or ended, where the queue tells.</param>
/// <param name="Nodes">Where it runs or ran.</param>
public sealed record JobState(string State, string Reason, string Nodes)
{
    /// <summary>Whether it is on a node.</summary>
    public bool IsRunning =>
        State is "RUNNING" or "COMPLETING" or "CONFIGURING" or "SUSPENDED" or "STAGE_OUT" or "SIGNALING";

    /// <summary>Whether it waits for one.</summary>
    public bool IsWaiting =>
        State is "PENDING" or "REQUEUED" or "REQUEUE_HOLD" or "REQUEUE_FED" or "SPECIAL_EXIT" or "RESV_DEL_HOLD";
}
