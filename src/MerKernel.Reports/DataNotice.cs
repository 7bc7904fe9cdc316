namespace MerKernel.Reports;

/// <summary>The sentence that stands wherever numbers stand: which data and which size of network they come from.</summary>
public static class DataNotice
{
    /// <summary>A few words for a heading: 'synthetic look-alike, small profile'.</summary>
    public static string Brief(bool synthetic, string profile) => $"{(synthetic ? "synthetic look-alike" : "real data")}, {profile} profile";

    /// <summary>The whole sentence.</summary>
    public static string For(bool synthetic, string profile) => (synthetic, profile) switch
    {
        (true, "small") => "Synthetic look-alikes and the small profile: these numbers show that everything runs. They say nothing about real faces or about the paper's claims.",
        (true, _) => $"Synthetic look-alikes ({profile} profile): these numbers say nothing about real faces or about the paper's claims.",
        (false, "small") => "Real data, but the small profile's reduced network, frames and epochs: not comparable with the paper.",
        (false, _) => $"Real data, {profile} profile.",
    };

    /// <summary>The sentences of all rows, each once.</summary>
    public static IEnumerable<string> For(IEnumerable<ResultRow> rows) => rows.Select(r => For(r.Synthetic, r.Profile)).Distinct();
}
