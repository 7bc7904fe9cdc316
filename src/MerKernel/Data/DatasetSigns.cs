using System.Diagnostics.CodeAnalysis;

namespace MerKernel.Data;

/// <summary>
/// How the rows of a data set's sheets are known, whatever their file is called. The sets that are not read are here to
/// be named; those that are have an <see cref="Id"/>. A sheet is read as the set that was asked for, or as one of the
/// paper's two where none was.
/// </summary>
/// <param name="Title">The name as papers write it.</param>
/// <param name="Example">A clip's name, or another sign.</param>
/// <param name="Clip">A clip's name, or a subject's.</param>
internal sealed record DatasetSigns(string Title, string Example, [StringSyntax("Regex")] string Clip)
{
    /// <summary>The data set, where it is read.</summary>
    public DatasetId? Id { get; init; }

    /// <summary>Whether it is one of the paper's two, which are read where no set was asked for.</summary>
    public bool IsPapers => Id is DatasetId.CasmeII or DatasetId.Samm;

    /// <summary>
    /// The set whose clips have such names too, and the cells by which this one is told from it: 'tense' among names
    /// like CASME II's.
    /// </summary>
    public (DatasetId Set, string Cell)? Unlike { get; init; }

    /// <summary>True where one cell decides, whatever clips are below it: the name of a column.</summary>
    public bool Decides { get; init; }

    /// <summary>What to do instead, where more can be said than which sheets are read.</summary>
    public string Cure { get; init; } = "";

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>Every set that is known.</summary>
    public static readonly ImmutableArray<DatasetSigns> All =
    [
        new("CASME", "names like EP03_1, the emotion 'tense'", "EP[0-9].*")
        {
            Unlike = (DatasetId.CasmeII, "tense|tension"), Cure = "CASME II is another set with other people"
        },
        new("SAMM long videos", "names like 006_1_2, rows of kind 'Macro'", "[0-9]{3}_[0-9]+.*")
        {
            Unlike = (DatasetId.Samm, "macro(?:[ -].*)?"),
            Cure = "only the micro-expressions are in SAMM_Micro_FACS_Codes_v2.xlsx"
        },
        new("CASME II", "EP02_01f", "EP[0-9].*") { Id = DatasetId.CasmeII },
        new("SAMM", "006_1_2", "[0-9]{3}_[0-9]+.*|[0-9]{1,2}_[0-9]+_[0-9]+") { Id = DatasetId.Samm },
        new("CAS(ME)^3, part C", "sheet mockCrimeME", "mockCrimeME") { Id = DatasetId.Casme3C, Decides = true },
        new("CAS(ME)^3", "subjects spNO.1", @"spNO\.[0-9]+") { Id = DatasetId.Casme3 },
        new("MMEW", "S01-01-001", "S[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,3}") { Id = DatasetId.Mmew },
        new("DFME", "sub0003_01", "sub[0-9]{4}(?:_[0-9]+)?") { Id = DatasetId.Dfme },
        new("SMIC", "s1_ne_01", "s[0-9]{1,2}_(?:ne|po|sur)_[0-9]+")
        {
            Id = DatasetId.Smic, Cure = "it has neither apex frames nor action units"
        },
        new("CAS(ME)^2", "anger1_1",
            "(?:anger|angry|disgust|fear|happy|happiness|sad|sadness|surprise|confused|helpless|pain|sympathy)[0-9]+_[0-9]+|[0-9]{2}_0[0-9]{3}.*"),
        new("4DME", "columns sub_ID, fold_name", "sub_ID|fold_name") { Decides = true },
        new("MEVIEW", "sub05-1", "sub[0-9]{2}-[0-9]+"),
        new("the list of several data sets of the Grand Challenge 2019", "column filename_o", "filename_o")
        {
            Decides = true
        },
    ];

    /// <summary>The set that a row's clip and subject belong to, or null.</summary>
    public static DatasetSigns? OfRow(string clip, string subject) =>
        All.FirstOrDefault(s => s.Unlike is null && s.Names(clip))
            ?? All.FirstOrDefault(s => s.Unlike is null && !s.IsPapers && s.Names(subject));

    /// <summary>
    /// The set to which a table's rows belong, by their names, unless cells of it show that it is another with such
    /// names.
    /// </summary>
    public static DatasetSigns Refined(DatasetSigns set, IEnumerable<string> cells) =>
        All.FirstOrDefault(s => s.Unlike is var (like, cell) && like == set.Id && cells.Any(c => Whole(cell, c)))
            ?? set;

    /// <summary>The set that most cells of a file without a usable header speak of, or null.</summary>
    public static DatasetSigns? OfCells(IReadOnlyCollection<string> cells)
    {
        // Lists name files by their paths, and several things in a cell.
        var words = cells.Concat(cells.SelectMany(c => c.Split(['/', '\\', ',', ';', ' ', '"', '\'', ':', '\t'])))
            .Where(w => w.Length > 0).Distinct().ToList();
        var best = All.Where(s => s.Unlike is null).Select(s => (Set: s, Count: words.Count(s.Names)))
            .MaxBy(s => s.Count > 0 && s.Set.Decides ? int.MaxValue : s.Count);
        return best.Count == 0 ? null : Refined(best.Set, cells);
    }

    private bool Names(string text) => Whole(Clip, text);

    private static bool Whole(string pattern, string text) => Regex.IsMatch(text, $"^(?:{pattern})$", Options);

    /// <summary>Whether a sheet of this set is read where a set was asked for, or none was.</summary>
    public bool IsReadFor(DatasetDescription? asked) =>
        Id is not null && (IsPapers || asked is not null && FamilyOf(asked.Id) == Id);

    /// <summary>The set whose rows look like a set's: SMIC's cameras share their names.</summary>
    public static DatasetId FamilyOf(DatasetId id) =>
        id is DatasetId.SmicVis or DatasetId.SmicNir ? DatasetId.Smic : id;

    /// <summary>Why the sheet is not read, and what to do.</summary>
    public UserErrorException Refusal(string path) => new(
        $"{path} is a sheet of {Title} ({Example}), which is not read" +
        $"{(Id is { } id ? $" unless it is asked for with --dataset {id.Key()}" : "")}" +
        $"{(Cure.Length > 0 ? $"; {Cure}" : "")}. "
        + "CASME II and SAMM are read: take CASME2-coding-20190701.xlsx or SAMM_Micro_FACS_Codes_v2.xlsx.");
}
