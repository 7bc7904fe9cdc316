namespace MerKernel.Data;

/// <summary>
/// Frame numbers of a clip that replace those of its sheet, by the user's choice: where independent sources contradict
/// the sheet, or the sheet has none.
/// </summary>
/// <param name="Clip">The clip's <see cref="Data.Clip.Id"/>.</param>
/// <param name="Onset">Onset frame.</param>
/// <param name="Apex">Apex frame.</param>
/// <param name="Offset">Offset frame.</param>
public sealed partial record Reading(string Clip, int Onset, int Apex, int Offset)
{
    /// <summary>The three numbers: '56 89 116'.</summary>
    public string Frames => string.Create(CultureInfo.InvariantCulture, $"{Onset} {Apex} {Offset}");

    /// <summary>As it is written on the command line: '07/EP06_01=56-89-116'.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Clip}={Onset}-{Apex}-{Offset}");

    /// <summary>Reads the text of <see cref="ToString"/>.</summary>
    /// <exception cref="UserErrorException">It is none, or the apex does not lie between onset and offset.</exception>
    public static Reading Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            throw new UserErrorException(
                $"'{text}' is no reading of a clip; write it like 07/EP06_01=56-89-116: clip, onset, apex, offset.");
        int Frame(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var reading = new Reading(match.Groups[1].Value, Frame(2), Frame(3), Frame(4));
        return reading.Onset < reading.Apex && reading.Apex <= reading.Offset ? reading
            : throw new UserErrorException($"The reading '{text}' has no onset before its apex and no offset behind " +
                "it; write onset, apex and offset in this order.");
    }

    [GeneratedRegex(@"^(.+)=([0-9]{1,9})-([0-9]{1,9})-([0-9]{1,9})$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
