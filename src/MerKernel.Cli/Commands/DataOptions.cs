using MerKernel.Synthetic;

namespace MerKernel.Cli.Commands;

/// <summary>
/// The options that say where a data set lies and how it is prepared, over the choices kept in the data folder.
/// </summary>
sealed class DataOptions
{
    readonly Option<string?> _root = CommonOptions.Data("data/ of the checkout"),
        _dataset = CommonOptions.DatasetAmong();
    readonly Option<string?> _sheet = new("--sheet")
    {
        Description = "coding sheet; auto takes the one in the data set's folder"
    };
    readonly Option<string?> _frames = new("--frames")
    {
        Description = "any, cropped, raw, or the folder that holds the subjects' folders"
    };
    readonly Option<string[]> _reading = Several("--reading",
        "frames of a clip instead of the sheet's, such as 07/EP06_01=56-89-116; none takes them back");
    readonly Option<string[]> _errata = WithoutErratum();
    readonly Option<string?> _alignment = new("--alignment")
    {
        Description = "auto (raw frames by landmarks, cropped ones only resized), landmarks or none"
    };
    readonly Option<string?> _noFace = new("--no-face")
    {
        Description = "a clip without a face: fail, centre-crop or drop"
    };
    readonly Option<string?> _unusable = new("--unusable")
    {
        Description = "a clip without a readable row, onset or apex: fail or drop"
    };
    readonly Option<string?> _classes = new("--classes")
    {
        Description = "five (the paper's sets) or own, megc3 or all"
    };
    readonly Option<string?> _clips = new("--clips")
    {
        Description = "all, or paper for the clips that the paper seems to score: 248 of CASME II"
    };
    readonly Option<string[]> _exclude = Several("--exclude",
        "clip to leave out, such as 07/EP06_01; may be repeated; none takes them back");
    readonly Option<int> _size = new("--size")
    {
        Description = "side length of the frames in pixels", DefaultValueFactory = _ => 224
    };
    readonly Option<int> _workers = new("--workers")
    {
        Description = "clips prepared side by side", DefaultValueFactory = _ => Environment.ProcessorCount
    };

    string? _synthetic;

    /// <summary>Errata that are not repaired.</summary>
    public static Option<string[]> WithoutErratum() =>
        Several("--without-erratum",
            $"leave a known erratum as printed; may be repeated: {string.Join(", ", Errata.Known.Select(e => e.Id))}");

    /// <summary>The choices about a data set that are kept.</summary>
    public void AddChoicesTo(Command command) => Add(command, _root, _dataset, _sheet, _frames, _reading, _errata,
        _alignment, _noFace, _unusable, _classes, _clips, _exclude, _workers);

    public void AddPreparationTo(Command command) => Add(command, _size);

    public void AddViewTo(Command command) =>
        Add(command, _root, _dataset, _sheet, _frames, _reading, _errata, _alignment, _noFace, _size);

    /// <summary>The folder that holds the data sets.</summary>
    public string Root(ParseResult parsed) =>
        parsed.GetValue(_root) ?? _synthetic ?? Path.Combine(RepositoryRoot.Find(), "data");

    /// <summary>
    /// Has a command without --data work on synthetic data, as training does, where data/ of the checkout holds nothing
    /// of the data set; makes them where they are not there.
    /// </summary>
    /// <param name="parsed">The parsed command line.</param>
    /// <param name="checkout">The checkout.</param>
    /// <param name="size">Size of the synthetic data.</param>
    /// <param name="usual">The data sets meant where --dataset names none.</param>
    /// <param name="cancel">Ends the rendering.</param>
    public void FallBack(ParseResult parsed, string checkout, string size, ImmutableArray<DatasetId> usual,
        CancellationToken cancel)
    {
        var data = Path.Combine(checkout, "data");
        var named = parsed.GetValue(_dataset) is { } name ? CommonOptions.ParseDataset(name) : (DatasetId?)null;
        ImmutableArray<DatasetId> looked = named is { } one ? [one] : [.. DatasetNames.WithFiles];
        if (parsed.GetValue(_root) is not null || parsed.GetValue(_sheet) is not null
            || parsed.GetValue(_frames) is not null || looked.Any(id => FrameLayout.IsThere(new(data, id))))
            return;
        ImmutableArray<DatasetId> wanted = named is null ? usual : looked;
        // The other sets have no synthetic data at this place.
        if (wanted.Except(DatasetNames.Paper).Any()) return;
        var folder = Path.Combine(data, $"synthetic-{size}");
        var line = new PreparationLine();
        foreach (var id in wanted)
        {
            new SyntheticData().Write(id, size, folder, line.Of($"{id.Title()}: rendering"), cancel);
            Remark.Say($"{id.Title()}: nothing of it is in {data}; its synthetic data set in {folder} is used.");
        }
        _synthetic = folder;
    }

    /// <summary>
    /// The data sets meant: the one named, or those that the root holds; the other is named in a message.
    /// </summary>
    public ImmutableArray<DatasetId> Datasets(ParseResult parsed)
    {
        if (parsed.GetValue(_dataset) is { } name)
        {
            var id = CommonOptions.ParseDataset(name);
            return FoldProtocol.Of(id) is null ? [id] : throw new UserErrorException($"'{name}' is made of several " +
                "data sets and has no files of its own; name one of " +
                $"{string.Join(", ", DatasetNames.WithFiles.Select(DatasetNames.Key))}.");
        }
        var root = Root(parsed);
        ImmutableArray<DatasetId> there = [.. DatasetNames.WithFiles.Where(id => FrameLayout.IsThere(new(root, id)))];
        try
        {
            if (there.Contains(DatasetId.Own)) OwnDataset.FolderIn(root);
        }
        catch (UserErrorException e) when (there.Length > 1)
        {
            Remark.Say($"not taken: {e.Message}");
            there = there.Remove(DatasetId.Own);
        }
        // With none there, the reader's own message says what was found and expected.
        if (there.IsEmpty) return [DatasetId.CasmeII];
        // A clip or a sheet is of one set: the others would be refused for lacking it, after the first was prepared.
        (Option Option, IEnumerable<string> Values)[] one =
        [
            (_sheet, [parsed.GetValue(_sheet) ?? "auto"]), (_exclude, parsed.GetValue(_exclude) ?? []),
            (_reading, parsed.GetValue(_reading) ?? []),
        ];
        if (there.Length > 1
            && one.FirstOrDefault(o => o.Values.Any(v => v is not ("auto" or "none"))).Option?.Name is { } option)
            throw new UserErrorException($"{option} is of one data set, and {root} holds " +
                $"{string.Join(" and ", there.Select(id => id.Title()))}; add --dataset {there[0].Key()} or " +
                $"{there[1].Key()}.");
        if (_synthetic is null)
            foreach (var id in DatasetNames.Paper.Except(there))
                Remark.Say($"{id.Title()}: nothing of it is in {root}.");
        return there;
    }

    /// <summary>The command line's choices, over those kept in the data folder; a message names these.</summary>
    public DataChoices Choices(ParseResult parsed, DatasetId dataset)
    {
        var kept = DataChoices.Kept(Root(parsed), dataset);
        if (kept.ToString().Length > 0)
            Remark.Say($"{dataset.Title()}: chosen before, in {DataChoices.PathIn(Root(parsed))}: {kept}");
        return Given(parsed).Over(kept);
    }

    /// <summary>The command line's choices.</summary>
    public DataChoices Given(ParseResult parsed) => new()
    {
        // A path of the command line is seen from where the command was called, one that is kept from the data folder.
        Sheet = Absolute(parsed.GetValue(_sheet), "auto"),
        Frames = Absolute(parsed.GetValue(_frames), "any", "cropped", "raw"),
        Alignment = parsed.GetValue(_alignment), NoFace = parsed.GetValue(_noFace),
        Unusable = parsed.GetValue(_unusable), Classes = parsed.GetValue(_classes), Clips = parsed.GetValue(_clips),
        Exclude = Listed(parsed.GetValue(_exclude)), WithoutErratum = Listed(parsed.GetValue(_errata)),
        Reading = Listed(parsed.GetValue(_reading)),
    };

    /// <summary>Size and workers.</summary>
    public PreparationOptions Preparation(ParseResult parsed) => new()
    {
        // A check has no size of its own.
        Size = parsed.GetResult(_size) is null ? new PreparationOptions().Size : parsed.GetValue(_size),
        CacheFolder = Path.Combine(RepositoryRoot.Find(), "results", "cache"),
        // A view has none.
        Workers = parsed.GetResult(_workers) is null ? 1 : CommonOptions.Workers(parsed.GetValue(_workers), "prepares"),
        Warn = Remark.Say,
    };

    static string? Absolute(string? path, params string[] words) =>
        path is null || words.Contains(path, StringComparer.OrdinalIgnoreCase)
            ? path?.ToLowerInvariant()
            : Path.GetFullPath(path);

    static ImmutableArray<string>? Listed(string[]? values) => values is { Length: > 0 } ? [.. values] : null;

    static Option<string[]> Several(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    static void Add(Command command, params Option[] options)
    {
        foreach (var option in options) command.Options.Add(option);
    }
}
