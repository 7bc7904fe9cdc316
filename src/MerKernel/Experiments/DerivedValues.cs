namespace MerKernel.Experiments;

/// <summary>
/// Values from stored folds that take longer to compute than to read: scores, intervals, tests, counts. One checksummed
/// file of a run store, never the source of truth: each value names the state it was computed from, and one that is
/// stale, damaged, missing or of another build of this program is computed again. Whoever writes last wins, and lost
/// values are computed again; there are no locks.
/// </summary>
/// <param name="path">The file; a line for each value.</param>
public sealed class DerivedValues(string path)
{
    // A changed formula must not show old numbers: values of another build are not used.
    static readonly string s_build = typeof(DerivedValues).Module.ModuleVersionId.ToString("N");

    readonly ConcurrentDictionary<string, Value> _values = Read(path);
    bool _isNew;

    /// <summary>
    /// The kept value of a name if it was computed from this state, else the one computed now; null is not kept.
    /// </summary>
    /// <param name="name">
    /// The value's name; one that begins with a run's hash and a slash goes when the run goes.
    /// </param>
    /// <param name="state">The state of its inputs; other text for any change of them.</param>
    /// <param name="compute">Computes it.</param>
    public T? Get<T>(string name, string state, Func<T?> compute) where T : class
    {
        if (_values.TryGetValue(name, out var kept) && kept.State == state)
        {
            try
            {
                if (JsonSerializer.Deserialize<T>(kept.Json, StoreJson.Compact) is { } value) return value;
            }
            catch (JsonException) { /* Computed again. */ }
        }
        var computed = compute();
        if (computed is null) return null;
        _values[name] = new(state, JsonSerializer.Serialize(computed, StoreJson.Compact));
        _isNew = true;
        return computed;
    }

    /// <summary>
    /// Keeps the computed values; where the store cannot be written to, they are computed again next time.
    /// </summary>
    public void Save()
    {
        if (!_isNew || !Directory.Exists(Path.GetDirectoryName(path))) return;
        var runs = new ConcurrentDictionary<string, bool>();
        var body = string.Concat(_values.Where(v => IsWanted(v.Key)).OrderBy(v => v.Key, StringComparer.Ordinal)
            .Select(v => $"{v.Key}\t{v.Value.State}\t{v.Value.Json}\n"));
        try
        {
            AtomicFile.Write(path, $"{s_build}\t{Sha.Of(body)}\n{body}");
            _isNew = false;
        }
        catch (UserErrorException) { /* A store on a read-only or full disk is served all the same. */ }

        // A run that was deleted takes its values along.
        bool IsWanted(string name) => name.IndexOf('/') is not 16
            || runs.GetOrAdd(name[..16], hash => Directory.Exists(Path.Combine(Path.GetDirectoryName(path)!, hash)));
    }

    static ConcurrentDictionary<string, Value> Read(string path)
    {
        var values = new ConcurrentDictionary<string, Value>();
        try
        {
            var text = File.ReadAllText(path);
            var head = text.IndexOf('\n') + 1;
            if (text[..head].TrimEnd().Split('\t') is not [var build, var checksum] || build != s_build
                || checksum != Sha.Of(text[head..]))
                return values;
            foreach (var line in text[head..].Split('\n'))
                if (line.Split('\t') is [var name, var state, var json]) values[name] = new(state, json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            /* Nothing is kept yet, or nothing can be read. */
        }
        return values;
    }

    readonly record struct Value(string State, string Json);
}
