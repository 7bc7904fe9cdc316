namespace MerKernel.Synthetic;

/// <summary>
/// Which action units an emotion shows, after EMFACS and the habits of the two coding sheets. The classes overlap where
/// the real sheets do: a frown (4, 4+7) is coded as disgust and as others in CASME II, and a single 12 as happiness and
/// as repression. SAMM's overlap less: about 5 clips in 100 carry units that another class shows more often (4+7 and 14
/// as Other, 12 as Contempt), so that images can tell what its units cannot.
/// </summary>
static class EmotionRules
{
    static readonly Dictionary<string, (string Units, double Weight)[]> CasmeII = new()
    {
        ["happiness"] = [("12", 8), ("6+12", 12), ("6+7+12", 3), ("12+14", 2), ("12+25", 2), ("6", 1)],
        ["repression"] = [("12", 6), ("14", 4), ("15", 4), ("14+17", 3), ("17", 5), ("15+17", 3), ("12+15", 3),
            ("12+17", 2), ("24", 3), ("14+24", 2)],
        ["disgust"] = [("4+7", 22), ("4+7+9", 12), ("4+9", 9), ("4+7+10", 8), ("4+10", 4), ("9", 4), ("10", 4),
            ("7+9", 3), ("4", 7), ("4+5+7+9", 1)],
        ["surprise"] = [("1+2", 12), ("1+2+5", 7), ("2", 3), ("1+2+25", 4), ("5", 2), ("1+2+26", 2), ("1", 1)],
        ["others"] = [("4", 36), ("4+7", 18), ("4+5", 6), ("14", 8), ("1", 4), ("7", 5), ("4+14", 4), ("17", 4),
            ("1+4", 5), ("4+16", 2), ("5+7", 3), ("18", 2), ("20", 2), ("2", 2), ("1+2", 2), ("12", 2), ("4+12", 2),
            ("9", 2)],
        ["sadness"] = [("1+4", 2), ("1+4+15", 1), ("15+17", 1)],
        ["fear"] = [("1+2+4", 1), ("1+4+20", 1)],
    };

    static readonly Dictionary<string, (string Units, double Weight)[]> Samm = new()
    {
        ["Anger"] = [("4", 16), ("4+7", 20), ("7", 9), ("4+5", 4), ("4+5+7", 3), ("4+24", 2)],
        ["Happiness"] = [("12", 13), ("6+12", 8), ("12+25", 3), ("6+7+12", 2)],
        ["Surprise"] = [("1+2", 6), ("1+2+5", 4), ("5", 2), ("1+2+25+26", 2), ("25+26", 1), ("1+2+38", 1)],
        ["Contempt"] = [("14", 8), ("12+14", 3), ("14+17", 2), ("12", 2.3)],
        ["Other"] = [("1+4", 4), ("17", 7), ("20", 6), ("15", 2), ("18", 5), ("17+20", 2), ("4+7", 3.2), ("14", 3)],
        ["Disgust"] = [("9", 2), ("10", 2), ("4+9", 2), ("4+10", 1)],
        ["Fear"] = [("1+2+4", 2), ("1+2+20", 1), ("20+25", 2), ("1+4+5", 1)],
        ["Sadness"] = [("1+4", 2), ("15", 1), ("1+15", 1), ("15+17", 1)],
    };

    /// <summary>How often an emotion's trace is there, where its unit is not coded anyway.</summary>
    public const double TraceChance = 0.6;

    // Movement below a coder's threshold that goes with the emotion: in the image, not in the sheet.
    static readonly Dictionary<string, int> Traces = new()
    {
        ["happiness"] = 6, ["repression"] = 24, ["disgust"] = 9, ["surprise"] = 2, ["others"] = 20,
        ["Anger"] = 23, ["Happiness"] = 6, ["Surprise"] = 2, ["Contempt"] = 14, ["Other"] = 17,
    };

    /// <summary>The coded units of one performance of an emotion.</summary>
    public static int[] Draw(DatasetId dataset, string emotion, Random random)
    {
        return [.. random.Pick(RulesOf(dataset, emotion)).Split('+').Select(int.Parse).Order()];
    }

    /// <summary>The sets of units of an emotion with their shares, which add up to 1.</summary>
    public static IEnumerable<(ImmutableArray<int> Units, double Share)> Sets(DatasetId dataset, string emotion)
    {
        var rules = RulesOf(dataset, emotion);
        return rules.Select(r =>
            (r.Units.Split('+').Select(int.Parse).Order().ToImmutableArray(), r.Weight / rules.Sum(x => x.Weight)));
    }

    static (string Units, double Weight)[] RulesOf(DatasetId dataset, string emotion) => dataset switch
    {
        DatasetId.CasmeII => CasmeII[emotion],
        DatasetId.Samm => Samm[emotion],
        _ => OtherSet.Shown(emotion) is var shown && CasmeII.TryGetValue(shown, out var rules) ? rules : Samm[shown],
    };

    /// <summary>The unit that goes with an emotion unseen, if any.</summary>
    public static int? Trace(string emotion) => Traces.TryGetValue(emotion, out var unit) ? unit : null;

    /// <summary>The class of Davison et al. (2018), 1 to 7, from only the units.</summary>
    public static int ObjectiveClass(IReadOnlyCollection<int> units) => units switch
    {
        _ when units.Contains(9) || units.Contains(10) => 4,
        _ when units.Contains(20) => 6,
        _ when units.Contains(1) && units.Contains(4) => units.Contains(2) ? 6 : 5,
        _ when units.Contains(15) => 5,
        _ when units.Contains(6) || units.Contains(12) => 1,
        _ when units.Contains(4) || units.Contains(23) || units.Contains(7) => 3,
        _ when units.Contains(2) || units.Contains(5) || units.Contains(25) => 2,
        _ when units.Contains(1) => 5,
        _ => 7,
    };
}
