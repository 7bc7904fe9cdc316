using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>
/// What was run: a folder per experiment, an atomic file per fold. A fold file depends on its experiment alone (no times, no host), so
/// whoever computes it a second time writes the same bytes and no locks are needed. Times stand beside it in the fold's facts.
/// </summary>
public sealed class RunStore(string folder)
{
    const int ExperimentSchema = 2, FoldSchema = 1;

    /// <summary>The store's folder.</summary>
    public string Folder { get; } = Path.GetFullPath(folder);

    /// <summary>Called with one sentence when a stored file turns out damaged and is set aside.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Folder of an experiment.</summary>
    public string FolderOf(string hash) => Path.Combine(Folder, hash);

    /// <summary>Path of a fold's file; the subject is escaped so that no name leaves the folder.</summary>
    public string FoldPath(string hash, string subject) => Path.Combine(FolderOf(hash), $"fold-{Escape(subject)}.json");

    /// <summary>Stores the record of an experiment and the manifest of its data (sheet, clips, repairs), so that a folder explains itself.</summary>
    public void Save(Experiment experiment, DatasetManifest? data = null)
    {
        var path = Path.Combine(FolderOf(ExperimentHash.Of(experiment)), "experiment.json");
        if (!File.Exists(path))
            AtomicFile.Write(path, JsonSerializer.Serialize(new StoredExperiment(ExperimentSchema, experiment), StoreJson.Options) + "\n");
        var manifest = Path.Combine(FolderOf(ExperimentHash.Of(experiment)), "data.json");
        if (data is not null && !File.Exists(manifest)) AtomicFile.Write(manifest, data.ToJson() + "\n");
    }

    /// <summary>Stores a fold and its facts.</summary>
    public void Save(string hash, FoldPrediction fold, FoldFacts facts)
    {
        var body = JsonSerializer.Serialize(fold, StoreJson.Compact);
        AtomicFile.Write(FactsPath(hash, fold.Subject), JsonSerializer.Serialize(facts, StoreJson.Options) + "\n");
        AtomicFile.Write(FoldPath(hash, fold.Subject), $"{{\"schema\":{FoldSchema},\"sha256\":\"{Checksum(body)}\",\"fold\":\n{body}}}\n");
    }

    /// <summary>Reads a fold; null if it was never stored. A damaged file is set aside and counts as never stored.</summary>
    public FoldPrediction? TryRead(string hash, string subject)
    {
        var path = FoldPath(hash, subject);
        if (!File.Exists(path)) return null;
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            File.Move(path, path + ".damaged", overwrite: true);
            Warn?.Invoke($"{path} is damaged ({e.Message}); it was set aside as {Path.GetFileName(path)}.damaged and the fold is computed again.");
            return null;
        }
    }

    /// <summary>All folds of an experiment if every one of the subjects is stored, else null.</summary>
    public IReadOnlyList<FoldPrediction>? TryReadAll(string hash, IEnumerable<string> subjects)
    {
        var folds = new List<FoldPrediction>();
        foreach (var subject in subjects)
        {
            if (TryRead(hash, subject) is not { } fold) return null;
            folds.Add(fold);
        }
        return folds;
    }

    /// <summary>Reads a fold's facts; null if there are none.</summary>
    public FoldFacts? TryReadFacts(string hash, string subject)
    {
        var path = FactsPath(hash, subject);
        return File.Exists(path) ? JsonSerializer.Deserialize<FoldFacts>(File.ReadAllText(path), StoreJson.Options) : null;
    }

    /// <summary>The stored experiments. Those of another version of this program are left out with one sentence; what is wanted of them is trained again.</summary>
    public IEnumerable<Experiment> Experiments()
    {
        if (!Directory.Exists(Folder)) yield break;
        var foreign = 0;
        foreach (var directory in Directory.EnumerateDirectories(Folder).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(directory, "experiment.json");
            if (!File.Exists(path)) continue;
            StoredExperiment? stored = null;
            try
            {
                var text = File.ReadAllText(path);
                if (JsonSerializer.Deserialize<JsonElement>(text).GetProperty("schema").GetInt32() != ExperimentSchema) foreign++;
                else stored = JsonSerializer.Deserialize<StoredExperiment>(text, StoreJson.Options);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                Warn?.Invoke($"{path} cannot be read ({e.Message}); delete that folder or restore the file.");
            }
            if (stored is not null) yield return stored.Experiment;
        }
        if (foreign > 0)
            Warn?.Invoke($"{foreign} {(foreign == 1 ? "experiment" : "experiments")} in {Folder} came from another version of this program and {(foreign == 1 ? "is" : "are")} not used (schema other than {ExperimentSchema}); what is asked for is trained again, the old folders may be deleted.");
    }

    static FoldPrediction Parse(string text, string path)
    {
        var lines = text.Split('\n');
        if (lines.Length != 3 || lines[2].Length != 0 || !lines[1].EndsWith('}')) throw new FormatException("it ends too early");
        var body = lines[1][..^1];
        using var head = JsonDocument.Parse(lines[0] + "null}");
        var schema = head.RootElement.GetProperty("schema").GetInt32();
        if (schema != FoldSchema)
            throw new UserErrorException($"{path} has schema {schema} and this version reads schema {FoldSchema}; use the version that wrote it, or another --store folder.");
        if (head.RootElement.GetProperty("sha256").GetString() != Checksum(body)) throw new FormatException("its checksum does not match");
        return JsonSerializer.Deserialize<FoldPrediction>(body, StoreJson.Compact) ?? throw new FormatException("it is empty");
    }

    string FactsPath(string hash, string subject) => Path.Combine(FolderOf(hash), $"facts-{Escape(subject)}.json");

    static string Checksum(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    static string Escape(string subject) => Uri.EscapeDataString(subject).Replace(".", "%2E");

    sealed record StoredExperiment(int Schema, Experiment Experiment);
}
