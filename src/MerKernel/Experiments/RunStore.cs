using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>
/// The stored runs: a folder per experiment, an atomic file per fold. A fold file depends only on its experiment (no
/// times, no host), so whoever computes it a second time writes the same bytes and no locks are needed. Times are next
/// to it in the fold's metadata.
/// </summary>
public sealed class RunStore(string folder)
{
    const int ExperimentSchema = 2, FoldSchema = 1, FactsSchema = 1;

    readonly Lazy<DerivedValues> _derived = new(() => new(Path.Combine(Path.GetFullPath(folder), "derived.tsv")));

    /// <summary>The store's folder.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>Called with one message when a stored file turns out damaged and is quarantined.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Demands that there is a store, for commands that only read it.</summary>
    /// <param name="options">
    /// The options of the mer reproduce that computes it, a space before each; null for --store.
    /// </param>
    /// <exception cref="UserErrorException">There is none.</exception>
    public void MustExist(string? options = null)
    {
        if (!Directory.Exists(Folder))
            throw new UserErrorException($"There is no run store {Folder}; look at its name, or compute one with mer " +
                $"reproduce{options ?? $" --store {Shell.Word(Folder)}"}.");
    }

    /// <summary>Folder of an experiment.</summary>
    public string FolderOf(string hash) => Path.Combine(Folder, hash);

    /// <summary>Path of a fold's file; the subject is escaped so that no name leaves the folder.</summary>
    public string FoldPath(string hash, string subject) => Path.Combine(FolderOf(hash), $"fold-{Escape(subject)}.json");

    /// <summary>Path of the checkpoint of a fold that is being computed; gone when the fold is stored.</summary>
    public string CheckpointPath(string hash, string subject) =>
        Path.Combine(FolderOf(hash), $"checkpoint-{Escape(subject)}.safetensors");

    /// <summary>
    /// Stores the record of an experiment and the manifest of its data (sheet, clips, repairs), so that a folder
    /// explains itself.
    /// </summary>
    public void Save(Experiment experiment, DatasetManifest? data = null)
    {
        var hash = ExperimentHash.Of(experiment);
        Keep(Path.Combine(FolderOf(hash), "experiment.json"),
            JsonSerializer.Serialize(new StoredExperiment(ExperimentSchema, experiment), StoreJson.Options) + "\n",
            text => IsOfThisVersion(text) && ExperimentHash.Of(ParseExperiment(text)) == hash);
        if (data is not null)
            Keep(Path.Combine(FolderOf(hash), "data.json"), data.ToJson() + "\n",
                text => DatasetManifest.FromJson(text).Fingerprint == data.Fingerprint);
    }

    /// <summary>Stores a fold and its metadata.</summary>
    public void Save(string hash, FoldPrediction fold, FoldFacts facts)
    {
        var body = JsonSerializer.Serialize(fold, StoreJson.Compact);
        AtomicFile.Write(FactsPath(hash, fold.Subject),
            JsonSerializer.Serialize(new StoredFacts(FactsSchema, facts), StoreJson.Options) + "\n");
        AtomicFile.Write(FoldPath(hash, fold.Subject),
            $"{{\"schema\":{FoldSchema},\"sha256\":\"{Sha.Of(body)}\",\"fold\":\n{body}}}\n");
    }

    /// <summary>
    /// Reads a fold; null if it was never stored. A damaged file is quarantined and counts as never stored.
    /// </summary>
    public FoldPrediction? TryRead(string hash, string subject)
    {
        var path = FoldPath(hash, subject);
        try
        {
            return Contents(path, File.ReadAllBytes) is { } file ? Parse(file, path, subject) : null;
        }
        catch (Exception e) when (IsDamage(e))
        {
            SetAside.Move(path, e.Message.TrimEnd('.'), "the fold is computed again", Warn);
            return null;
        }
    }

    /// <summary>The subjects of an experiment whose folds are stored, in the order of names.</summary>
    public ImmutableArray<string> StoredSubjects(string hash) => Listing(hash).Subjects;

    /// <summary>The folds of an experiment that are stored.</summary>
    public FoldListing Listing(string hash)
    {
        var folder = new DirectoryInfo(FolderOf(hash));
        // The time first: a file that comes while names are read makes the state an old one.
        var changed = folder.LastWriteTimeUtc.Ticks;
        if (!folder.Exists) return new([], "");
        string[] names = [.. Directory.EnumerateFiles(folder.FullName, "fold-*.json")
            .Select(f => Path.GetFileNameWithoutExtension(f)["fold-".Length..]).Order(StringComparer.Ordinal)];
        return new([.. names.Select(Uri.UnescapeDataString).Order(StringComparer.Ordinal)],
            $"{names.Length} {changed:x} {Sha.Of(string.Join('\n', names))[..16]}");
    }

    /// <summary>The cached values of the stored folds.</summary>
    public DerivedValues Derived => _derived.Value;

    /// <summary>The experiment of a hash; null if it was never stored, or by another version of this program.</summary>
    /// <exception cref="UserErrorException">Its file is damaged.</exception>
    public Experiment? TryReadExperiment(string hash)
    {
        var path = Path.Combine(FolderOf(hash), "experiment.json");
        try
        {
            return Text(path) is { } text && ParseExperiment(text) is var experiment
                && ExperimentHash.Of(experiment) == hash ? experiment : null;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new UserErrorException(
                $"{path} cannot be read ({e.Message.TrimEnd('.')}); submit again, which writes it anew.", e);
        }
    }

    /// <summary>All folds of an experiment if every one of the subjects is stored, else null.</summary>
    public IReadOnlyList<FoldPrediction>? TryReadAll(string hash, IReadOnlyCollection<string> subjects)
    {
        // One look at the folder instead of one for each fold.
        if (!Directory.Exists(FolderOf(hash))) return null;
        var stored = Directory.EnumerateFiles(FolderOf(hash), "fold-*.json").ToHashSet();
        if (!subjects.All(s => stored.Contains(FoldPath(hash, s)))) return null;
        // All of them even after a damaged one, so that every damaged one is quarantined and computed again at once.
        var folds = subjects.Select(s => TryRead(hash, s)).OfType<FoldPrediction>().ToList();
        return folds.Count == subjects.Count ? folds : null;
    }

    /// <summary>An experiment's result once the fold of every subject is stored; no fold is opened for it.</summary>
    public RunResult? TryResult(Experiment experiment, IReadOnlyCollection<string> subjects)
    {
        var hash = ExperimentHash.Of(experiment);
        var listing = Listing(hash);
        return subjects.Except(listing.Subjects).Any()
            ? null
            : new RunResult(hash, listing.State, () => TryReadAll(hash, subjects));
    }

    /// <summary>
    /// Reads a fold's metadata; null if there is none, or if the file is damaged, which is then quarantined: no number
    /// depends on it.
    /// </summary>
    public FoldFacts? TryReadFacts(string hash, string subject)
    {
        var path = FactsPath(hash, subject);
        try
        {
            return Text(path) is { } text ? ParseFacts(text) : null;
        }
        catch (Exception e) when (IsDamage(e))
        {
            SetAside.Move(path, e.Message.TrimEnd('.'), "how long the fold took is not known any more", Warn);
            return null;
        }
    }

    /// <summary>
    /// The stored experiments. Those of another version of this program are left out with one message; wanted ones are
    /// trained again.
    /// </summary>
    public IEnumerable<Experiment> Experiments() => StoredExperiments().Select(s => s.Experiment);

    /// <summary>
    /// The stored experiments with their folders' names, and for each another state where its record is another.
    /// </summary>
    internal IEnumerable<(string Folder, string State, Experiment Experiment)> StoredExperiments()
    {
        if (!Directory.Exists(Folder)) yield break;
        var foreign = 0;
        foreach (var directory in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(directory, "experiment.json");
            if (!File.Exists(path)) continue;
            (string, string, Experiment)? stored = null;
            try
            {
                var text = File.ReadAllText(path);
                if (!IsOfThisVersion(text)) foreign++;
                else stored = (Path.GetFileName(directory), Sha.Of(text)[..16], ParseExperiment(text));
            }
            catch (Exception e) when (IsDamage(e))
            {
                Warn?.Invoke($"{path} cannot be read ({e.Message.TrimEnd('.')}): another version of this program " +
                    "wrote it, or it is damaged. It is kept and not used.");
            }
            if (stored is { } sound) yield return sound;
        }
        if (foreign > 0)
            Warn?.Invoke($"{foreign} {(foreign == 1 ? "experiment" : "experiments")} in {Folder} came from another " +
                $"version of this program and {(foreign == 1 ? "is" : "are")} not used (schema other than " +
                $"{ExperimentSchema}); the experiments asked for are trained again, the old folders are kept.");
    }

    /// <summary>Writes a file that explains the folder, unless a sound one is there.</summary>
    void Keep(string path, string text, Func<string, bool> isSound)
    {
        if (Text(path) is { } stored)
        {
            var why = "it belongs to another experiment or version";
            try
            {
                if (stored == text || isSound(stored)) return;
            }
            catch (Exception e) when (IsDamage(e))
            {
                why = e.Message.TrimEnd('.');
            }
            SetAside.Move(path, why, "is written again", Warn);
        }
        AtomicFile.Write(path, text);
    }

    /// <summary>A file's text; null where there is no file.</summary>
    static string? Text(string path) => Contents(path, File.ReadAllText);

    static T? Contents<T>(string path, Func<string, T> read) where T : class
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be opened ({e.Message.TrimEnd('.')}); allow reading it, or " +
                "give another --store folder.", e);
        }
    }

    static bool IsDamage(Exception e) => e is JsonException or FormatException or KeyNotFoundException
        or InvalidOperationException or ArgumentException or OverflowException or NotSupportedException;

    static bool IsOfThisVersion(string text) =>
        JsonSerializer.Deserialize<JsonElement>(text).GetProperty("schema").GetInt32() == ExperimentSchema;

    static Experiment ParseExperiment(string text) =>
        JsonSerializer.Deserialize<StoredExperiment>(text, StoreJson.Options)?.Experiment
            is { Model: not null, Training: not null, DatasetFingerprint: not null } experiment
            ? experiment : throw new FormatException("it lacks the network, the training or the data");

    // The version before stored metadata bare in its file.
    static FoldFacts? ParseFacts(string text)
    {
        using var json = JsonDocument.Parse(text);
        if (!json.RootElement.TryGetProperty("schema", out var schema))
            return json.RootElement.Deserialize<FoldFacts>(StoreJson.Options);
        return schema.GetInt32() == FactsSchema
            ? json.RootElement.Deserialize<StoredFacts>(StoreJson.Options)?.Facts : null;
    }

    static FoldPrediction Parse(byte[] file, string path, string subject)
    {
        // Three lines: head, body and a brace, nothing.
        var head = Array.IndexOf(file, (byte)'\n');
        var end = head < 0 ? -1 : Array.IndexOf(file, (byte)'\n', head + 1);
        if (end != file.Length - 1 || end < head + 2 || file[end - 1] != '}')
            throw new FormatException("it ends too early");
        var body = file.AsSpan(head + 1, end - head - 2);
        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(file, 0, head) + "null}");
        var schema = json.RootElement.GetProperty("schema").GetInt32();
        if (schema != FoldSchema)
            throw new UserErrorException($"{path} has schema {schema} and this version reads schema {FoldSchema}; " +
                "use the version that wrote it, or another --store folder.");
        if (json.RootElement.GetProperty("sha256").GetString() != Convert.ToHexStringLower(SHA256.HashData(body)))
            throw new FormatException("its checksum does not match");
        var fold = JsonSerializer.Deserialize<FoldPrediction>(body, StoreJson.Compact);
        if (fold is null || !fold.IsWhole()) throw new FormatException("its parts do not fit together");
        return fold.Subject == subject
            ? fold
            : throw new FormatException($"it is the fold of subject '{fold.Subject}'");
    }

    string FactsPath(string hash, string subject) => Path.Combine(FolderOf(hash), $"facts-{Escape(subject)}.json");

    /// <summary>A subject as part of a file name, so that no name leaves the folder.</summary>
    internal static string Escape(string subject) => Uri.EscapeDataString(subject).Replace(".", "%2E");

    sealed record StoredExperiment(int Schema, Experiment Experiment);

    sealed record StoredFacts(int Schema, FoldFacts Facts);
}

/// <summary>Which folds of an experiment are stored: one reading of its folder, no file opened.</summary>
/// <param name="Subjects">Subjects of the stored folds, in the order of names.</param>
/// <param name="State">
/// Another text whenever a fold comes, goes or is replaced: names, and when the folder changed last.
/// </param>
public sealed record FoldListing(ImmutableArray<string> Subjects, string State);

/// <summary>How a fold came about; kept apart from its numbers, which do not depend on it.</summary>
/// <param name="Seconds">Wall-clock seconds of the fold.</param>
/// <param name="Finished">When it was finished (UTC).</param>
/// <param name="Device">Device it ran on.</param>
public sealed record FoldFacts(double Seconds, DateTime Finished, string Device);

/// <summary>A finished experiment: every fold of a method on a data set, read when they are asked for.</summary>
/// <param name="Hash">The experiment's <see cref="ExperimentHash"/>.</param>
/// <param name="State">The state of its scores besides the experiment; another text where a fold has changed.</param>
/// <param name="Read">Reads one fold for each subject; null where one turns out damaged.</param>
public sealed record RunResult(string Hash, string State, Func<IReadOnlyList<FoldPrediction>?> Read)
{
    /// <summary>A run whose folds are at hand.</summary>
    public RunResult(string hash, IReadOnlyList<FoldPrediction> folds) : this(hash, "", () => folds) { }

    /// <summary>
    /// Whether an epoch was chosen for each fold elsewhere, so that only a protocol that looks at the test subject
    /// describes it.
    /// </summary>
    public bool ChoosesEpochs { get; init; }

    /// <summary>Whether its folds may have validation subjects.</summary>
    internal bool HasValidation { get; init; } = true;

    /// <summary>The file that it was read from; null for one trained here.</summary>
    internal Predictions? File { get; init; }

    /// <summary>
    /// Whether a protocol has a figure of it: a file tells of no validation subjects, and where it has one epoch, or
    /// does not say which, there is none to choose and nothing to average.
    /// </summary>
    internal bool IsScoredBy(EpochProtocol protocol) => ChoosesEpochs ? protocol.LooksAtTestSubject
        : protocol is HeldOutSubjects ? HasValidation && File is null
        : protocol is FinalEpoch || File is null or { HasSeveralEpochs: true };
}
