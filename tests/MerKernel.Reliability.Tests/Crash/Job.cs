using System.Globalization;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// What is killed: by default three folds of one experiment and a dozen kills; with MER_KILLS set every table and that
/// many kills.
/// </summary>
static class Job
{
    static readonly string? s_kills = Environment.GetEnvironmentVariable("MER_KILLS");

    /// <summary>True where the whole suite was asked for.</summary>
    public static bool IsWhole => s_kills is not null;

    /// <summary>Kills at random moments.</summary>
    public static int RandomKills => IsWhole ? int.Parse(s_kills!, CultureInfo.InvariantCulture) : 4;

    /// <summary>The command.</summary>
    public static string Command => IsWhole ? "reproduce --profile tiny --no-reports" : One;

    /// <summary>Three folds.</summary>
    public const string One = "loso --profile tiny --dataset casme2 --variant au";
}
