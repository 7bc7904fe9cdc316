namespace MerKernel.Data;

/// <summary>A row of a coding sheet that did not become a clip.</summary>
/// <param name="Row">Row number as a spreadsheet program shows it, from 1.</param>
/// <param name="Clip">Subject and name as far as they could be read.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record DroppedRow(int Row, string Clip, string Reason)
{
    /// <summary>The emotion in lower case, as far as there is one: a clip of no class in use costs nothing.</summary>
    public string Emotion { get; init; } = "";

    /// <summary>
    /// True for a row that was left out knowingly: a repetition that says the same, or an erratum that was switched
    /// off.
    /// </summary>
    public bool IsExpected { get; init; }
}

/// <summary>The content of a coding sheet: every clip of every emotion, repaired, in sheet order.</summary>
public sealed record CodingSheetContents
{
    /// <summary>The data set the sheet describes.</summary>
    public DatasetId Dataset => Description.Id;

    /// <summary>That data set's description.</summary>
    public required DatasetDescription Description { get; init; }

    /// <summary>Full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// Edition of the sheet: '2014' or '2019' of CASME II, 'v2' of SAMM, <see cref="UnknownEdition"/> where neither
    /// clips nor columns tell.
    /// </summary>
    public required string Edition { get; init; }

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The clips; <see cref="Clip.Notes"/> name repairs and oddities.</summary>
    public required ImmutableArray<Clip> Clips { get; init; }

    /// <summary>Rows that look like clips but cannot be used, with the fault of each.</summary>
    public required ImmutableArray<DroppedRow> Dropped { get; init; }

    /// <summary>
    /// Choices, and parts passed over: other sheets, columns, rows that are no clips (footnotes, sums), one message
    /// each.
    /// </summary>
    public required ImmutableArray<string> Remarks { get; init; }

    /// <summary>The edition of a sheet that does not tell.</summary>
    public const string UnknownEdition = "not to be told";

    /// <summary>The clips of an id ('01/EP02_01f'), or of a name, which several subjects may have.</summary>
    public IEnumerable<Clip> Called(string name) => Clips.Where(c =>
        c.Id.Equals(name, StringComparison.OrdinalIgnoreCase)
        || c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Ends with an error where the sheet codes another data set.</summary>
    /// <exception cref="UserErrorException">It does.</exception>
    public void MustBe(DatasetId dataset)
    {
        if (Dataset != dataset)
            throw new UserErrorException(
                $"{Path} codes {Dataset.Title()}, not {dataset.Title()}; name the other data set or the other sheet.");
    }
}
