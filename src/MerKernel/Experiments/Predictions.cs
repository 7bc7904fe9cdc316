using MerKernel.Data;
using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>
/// Predictions of a system of any language for a data set's clips, read from a CSV file and checked against the clips,
/// classes and folds: a row per clip, with <c>clip</c> and <c>predicted</c>, or a score for each class under its name,
/// and optionally <c>fold</c>, <c>epoch</c> and <c>seed</c>.
/// </summary>
public sealed record Predictions
{
    static readonly string[] s_known = ["clip", "subject", "fold", "epoch", "seed", "predicted", "label", "class",
        "protocol", "action_units", "onset", "apex", "offset"];

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>
    /// The folds of each seed, in the data set's order of subjects and clips; the seed is null where the file has none.
    /// </summary>
    public required ImmutableArray<(int? Seed, ImmutableArray<FoldPrediction> Folds)> Runs { get; init; }

    /// <summary>
    /// Whether folds end at different epochs, or the file says best-test, so that an epoch was chosen for each; the
    /// file cannot show that the test subject had no say.
    /// </summary>
    public required bool ChoosesEpochs { get; init; }

    /// <summary>Whether the file says which epoch its predictions are of.</summary>
    internal bool SaysEpoch { get; init; }

    /// <summary>Whether it has more than one epoch, of which a protocol can choose.</summary>
    internal bool HasSeveralEpochs => Runs[0].Folds.Any(f => f.Logits.Length > 1);

    /// <summary>Findings in the file that a reader of its scores must know, a message each.</summary>
    public required ImmutableArray<string> Remarks { get; init; }

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The CSV file, separated by commas, semicolons or tabs.</param>
    /// <param name="data">The data set it is about.</param>
    /// <exception cref="UserErrorException">
    /// It cannot be read, does not fit the data, or leaks; names the rows and the cure.
    /// </exception>
    public static Predictions Read(string path, MerDataset data) => Read(path, data, "");

    /// <summary>Reads and checks a file for a command.</summary>
    /// <param name="path">The CSV file.</param>
    /// <param name="data">The data set it is about.</param>
    /// <param name="options">The options that name these data to mer, a space before each.</param>
    internal static Predictions Read(string path, MerDataset data, string options) =>
        new Reader(path, CsvText.Read(path), data, options).Read();

    /// <summary>A file's rows on their way to folds.</summary>
    sealed class Reader(string path, CsvText file, MerDataset data, string options)
    {
        sealed record Entry(int Row, int Clip, string Fold, int Epoch, int? Seed, ImmutableArray<float> Scores);

        readonly List<string> _problems = [], _remarks = [];
        readonly HashSet<string> _protocols = [];
        int _epochs, _ties;
        bool _hasOtherClips;

        // Scores are under the names of the classes, or under their labels where no class is named.
        readonly ImmutableArray<string> _scored = data.Classes.Any(c => file.Column(c) >= 0)
            ? data.Classes
            : [.. data.Classes.Select((_, label) => label.ToString(CultureInfo.InvariantCulture))];

        public Predictions Read()
        {
            Headings();
            Demand();
            var entries = Entries();
            Demand();
            Folds(entries);
            var runs = entries.GroupBy(e => e.Seed).OrderBy(g => g.Key).Select(g => (g.Key, Run(g.Key, [.. g])))
                .ToImmutableArray();
            Demand();
            // Seeds may be trained for different times; the folds of one may not.
            var ends = runs.Select(r => r.Item2.Select(f => (f.Fold.Subject, f.Last)).ToList())
                .FirstOrDefault(r => r.Select(e => e.Last).Distinct().Count() > 1);
            var best = _protocols.Contains(new BestTestEpoch().Name);
            if (_epochs == 0 && !best)
                _remarks.Add("The file has no column 'epoch', so the epoch of these predictions is not said.");
            if (best)
                _remarks.Add("Its column 'protocol' says best-test: the epochs were chosen on the test subject, so " +
                    "the scores are an upper bound and nothing is compared with them.");
            else if (ends is not null)
            {
                var (low, high) = (ends.MinBy(e => e.Last), ends.MaxBy(e => e.Last));
                _remarks.Add($"The folds end at different epochs ({low.Last} for subject {low.Subject}, {high.Last} " +
                    $"for {high.Subject}): somebody chose them fold by fold. Unless that looked at training subjects " +
                    "only, the scores are an upper bound, " +
                    "so they are listed under 'epoch chosen on the test subject' and nothing is compared with them. " +
                    "Give every epoch of every clip, and the final epoch is shown next to it.");
            }
            return new()
            {
                Sha256 = file.Sha256, ChoosesEpochs = ends is not null || best, SaysEpoch = _epochs > 0 || best,
                Remarks = [.. _remarks.Distinct()],
                Runs = [.. runs.Select(r => (r.Key, r.Item2.Select(f => f.Fold).ToImmutableArray()))],
            };
        }

        void Headings()
        {
            if (file.Column("clip") < 0)
                _problems.Add($"it has no column 'clip'; its columns are {string.Join(", ", file.Headings)}");
            var scores = _scored.Count(c => file.Column(c) >= 0);
            if (scores > 0 && scores < data.Classes.Length)
                _problems.Add($"it has scores for {scores} of the {data.Classes.Length} classes; " +
                    $"{string.Join(", ", _scored.Where(c => file.Column(c) < 0))} lack a column");
            if (scores == 0 && file.Column("predicted") < 0)
                _problems.Add("it has neither a column 'predicted' nor one for each class " +
                    $"({string.Join(", ", data.Classes)}, or 0 to {data.Classes.Length - 1})");
            foreach (var heading in file.Headings.Where(h => h.Contains("best", StringComparison.OrdinalIgnoreCase)))
                _problems.Add($"column '{heading}' is about a best epoch: which epoch is best can only be known from " +
                    "the test clips; give the predictions of every epoch, or of one epoch that is the same for all " +
                    "folds, under 'epoch'");
            string[] unused = [.. file.Headings.Where(h => !h.Contains("best", StringComparison.OrdinalIgnoreCase)
                && !s_known.Concat(_scored).Contains(h, StringComparer.OrdinalIgnoreCase))];
            if (unused.Length > 0)
                _remarks.Add($"Not used: {(unused.Length == 1 ? "column" : "columns")} {string.Join(", ", unused)}.");
        }

        List<Entry> Entries()
        {
            var clips = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
            foreach (var (i, clip) in data.Clips.Index()) clips[clip.Id] = i;
            // A name by itself serves where no other subject has it.
            foreach (var (i, clip) in data.Clips.Index())
                if (data.Clips.Count(c => c.Name == clip.Name) == 1) clips.TryAdd(clip.Name, i);
            var entries = new List<Entry>();
            foreach (var (row, cells) in file.Rows)
            {
                if (cells.Skip(file.Headings.Length).Any(c => c.Trim().Length > 0))
                {
                    _problems.Add($"row {row}: {cells.Length} cells under {file.Headings.Length} headings; write " +
                        "decimals with a point, or separate by semicolons");
                    continue;
                }
                string Cell(string column) =>
                    file.Column(column) is >= 0 and var at && at < cells.Length ? cells[at].Trim() : "";
                if (!clips.TryGetValue(Cell("clip"), out var clip))
                {
                    var why = data.Manifest?.Dropped.FirstOrDefault(d =>
                        d.Clip.Equals(Cell("clip"), StringComparison.OrdinalIgnoreCase))?.Reason;
                    _hasOtherClips |= why is null;
                    _problems.Add($"row {row}: there is no clip '{Cell("clip")}' among the {data.Clips.Length} of " +
                        $"{data.Id.Title()} " +
                        $"({(why is null ? $"they are named like {data.Clips[0].Id}" : $"it is left out: {why}")})");
                    continue;
                }
                if (Cell("subject") is { Length: > 0 } subject
                    && FrameLayout.SubjectOf(subject, data.Id) != data.Clips[clip].Subject)
                    _problems.Add($"row {row}: clip {data.Clips[clip].Id} is of subject {data.Clips[clip].Subject}, " +
                        $"not {subject}");
                foreach (var column in new[] { "label", "class" })
                    if (Cell(column) is { Length: > 0 } truth && ClassOf(truth) != data.Labels[clip])
                        _problems.Add($"row {row}: clip {data.Clips[clip].Id} is '{data.Classes[data.Labels[clip]]}' " +
                            $"in the coding sheet, not '{truth}'; the system was trained or scored on other labels");
                if (Scores(row, Cell) is not { } scores) continue;
                if (Cell("epoch").Length > 0) _epochs++;
                if (Cell("protocol") is { Length: > 0 } protocol) _protocols.Add(protocol);
                entries.Add(new(row, clip, Cell("fold") is { Length: > 0 } fold ? fold : data.Clips[clip].Subject,
                    Number(row, "epoch", Cell) ?? 0, Number(row, "seed", Cell), scores));
            }
            if (file.Rows.Length == 0) _problems.Add("it has no rows below its headings");
            // An export of ours has the rows of each protocol below each other: not epochs to choose among.
            if (_protocols.Count > 1)
                _problems.Add($"its rows are of the epoch protocols {string.Join(", ", _protocols)}; give the rows " +
                    "of one, or every epoch as mer runs export --protocol every writes it");
            if (_ties > 0)
                _remarks.Add($"In {_ties} of {entries.Count} rows several classes share the highest score: the first " +
                    $"of them, in the order {string.Join(", ", data.Classes)}, counts as predicted.");
            AllOrNone("epoch", _epochs);
            AllOrNone("seed", entries.Count(e => e.Seed is not null));
            return entries;

            void AllOrNone(string column, int given)
            {
                if (given > 0 && given < entries.Count)
                    _problems.Add($"{entries.Count - given} of its rows have nothing under '{column}'; give every " +
                        $"row its {column}, or leave the column out");
            }
        }

        ImmutableArray<float>? Scores(int row, Func<string, string> cell)
        {
            int? predicted = null;
            if (cell("predicted") is { Length: > 0 } named && (predicted = ClassOf(named)) is null)
            {
                _problems.Add($"row {row}: '{named}' is no class of {data.Id.Title()}; they are " +
                    $"{string.Join(", ", data.Classes)}, or 0 to {data.Classes.Length - 1}");
                return null;
            }
            if (file.Column(_scored[0]) < 0)
            {
                if (predicted is not { } one)
                {
                    _problems.Add($"row {row}: no class is predicted");
                    return null;
                }
                return [.. data.Classes.Select((_, c) => c == one ? 1f : 0f)];
            }
            var scores = ImmutableArray.CreateBuilder<float>();
            foreach (var name in _scored)
            {
                if (!float.TryParse(cell(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
                    || !float.IsFinite(score))
                {
                    _problems.Add($"row {row}: the score of '{name}' is '{cell(name)}', which is no finite number");
                    return null;
                }
                scores.Add(score);
            }
            var (highest, tied) = (scores.Max(), scores.Count(s => s == scores.Max()) > 1);
            if (predicted is not { } said) _ties += tied ? 1 : 0;
            // Rounded scores may be equal where the decision was not.
            else if (tied && scores[said] == highest) scores[said] = MathF.BitIncrement(highest);
            else if (scores[said] < highest)
                _problems.Add($"row {row}: '{data.Classes[said]}' is predicted, but " +
                    $"'{data.Classes[FoldPrediction.Largest(scores.ToImmutable())]}' has the highest score");
            return scores.ToImmutable();
        }

        int? ClassOf(string text) =>
            data.Classes.Index().Where(c => c.Item.Equals(text, StringComparison.OrdinalIgnoreCase))
                .Select(c => (int?)c.Index).FirstOrDefault()
                ?? (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var label)
                    && label < data.Classes.Length ? label : null);

        int? Number(int row, string column, Func<string, string> cell)
        {
            if (cell(column) is not { Length: > 0 } text) return null;
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                return number;
            _problems.Add($"row {row}: {column} '{text}' is no whole number");
            return null;
        }

        /// <summary>
        /// A subject's clips belong to one fold, or the others were trained on; and a fold leaves somebody to train on.
        /// </summary>
        void Folds(List<Entry> entries)
        {
            foreach (var subject in entries.GroupBy(e => (e.Seed, data.Clips[e.Clip].Subject)))
                if (subject.Select(e => e.Fold).Distinct().ToArray() is [var first, var second, ..])
                    _problems.Add($"subject {subject.Key.Subject} is tested in the folds {first} and {second}, so " +
                        "each of them trained on clips of this very person");
            var several = entries.GroupBy(e => (e.Seed, e.Fold))
                .Select(f => (Name: f.Key.Fold, Subjects: f.Select(e => data.Clips[e.Clip].Subject).Distinct().Count()))
                .Where(f => f.Subjects > 1).Distinct().ToList();
            foreach (var (name, _) in several.Where(f => f.Subjects == data.Subjects.Length))
                _problems.Add($"fold {name} tests all {data.Subjects.Length} subjects, so nobody was left to train " +
                    "on; leave out one subject per fold and name it under 'fold'");
            if (several.Count > 0)
                _remarks.Add($"{(several is [var one]
                    ? $"Fold {one.Name} tests {one.Subjects} subjects"
                    : $"{several.Count} folds test up to {several.Max(f => f.Subjects)} subjects each")}: " +
                    "this is no leave-one-subject-out, and its networks saw fewer training subjects than ours.");
        }

        /// <summary>The folds of one seed, each with its last epoch's number.</summary>
        ImmutableArray<(FoldPrediction Fold, int Last)> Run(int? seed, List<Entry> entries)
        {
            var of = seed is { } s ? $" with seed {s}" : "";
            foreach (var twice in entries.GroupBy(e => (e.Clip, e.Epoch)).Where(g => g.Count() > 1))
                _problems.Add($"clip {data.Clips[twice.Key.Clip].Id} is predicted {twice.Count()} times{of} (rows " +
                    $"{string.Join(", ", twice.Select(e => e.Row))})");
            var missing = Enumerable.Range(0, data.Clips.Length).Except(entries.Select(e => e.Clip)).ToList();
            var paper = new PreparationOptions { ExcludeWherePresent = DataChoices.LeftOutByPaper(data.Id) };
            if (missing.Count > 0)
                _problems.Add($"{missing.Count} of {data.Clips.Length} clips are not predicted{of} " +
                    $"({Some(missing)}); a system is scored on all of them or not at all"
                    + (missing.All(i => paper.LeavesOut(data.Clips[i].Id)) ? " (the paper seems to " +
                        $"leave {(missing.Count == 1 ? "it" : "them")} out; mer data prepare --dataset " +
                        $"{data.Id.Key()} --clips paper does so too)" : ""));
            if (_problems.Count > 0) return [];
            var folds = ImmutableArray.CreateBuilder<(FoldPrediction, int)>();
            foreach (var subject in Enumerable.Range(0, data.Clips.Length).GroupBy(i => data.Clips[i].Subject))
            {
                var own = entries.Where(e => data.Clips[e.Clip].Subject == subject.Key)
                    .ToDictionary(e => (e.Clip, e.Epoch), e => e.Scores);
                int[] epochs = [.. own.Keys.Select(k => k.Epoch).Distinct().Order()];
                foreach (var epoch in epochs)
                    if (subject.Where(clip => !own.ContainsKey((clip, epoch))).ToList() is { Count: > 0 } gaps)
                        _problems.Add($"epoch {epoch} of subject {subject.Key} lacks {gaps.Count} of its clips{of} " +
                            $"({Some(gaps)}): an epoch may not be chosen clip by clip");
                if (_problems.Count > 0) continue;
                folds.Add((new FoldPrediction
                {
                    Subject = subject.Key,
                    Clips = [.. subject.Select(i => data.Clips[i].Id)],
                    Labels = [.. subject.Select(i => data.Labels[i])],
                    Logits = [.. epochs.Select(epoch => subject.Select(i => own[(i, epoch)]).ToImmutableArray())],
                    TrainingLoss = [.. epochs.Select(_ => float.NaN)],
                }, epochs[^1]));
            }
            return folds.ToImmutable();
        }

        string Some(List<int> clips) =>
            string.Join(", ", clips.Take(3).Select(i => data.Clips[i].Id)) + (clips.Count > 3 ? ", ..." : "");

        void Demand()
        {
            if (_problems.Count == 0) return;
            var more = _problems.Count > 3
                ? $"; and {_problems.Count - 3} more {(_problems.Count == 4 ? "problem" : "problems")}" : "";
            throw new UserErrorException($"{path} is not scored: {string.Join("; ", _problems.Take(3))}{more}. mer " +
                $"folds --dataset {data.Id.Key()}{options} --csv lists clips, classes and folds." +
                // Real data are the same in every profile.
                (_hasOtherClips && data.Synthetic ? " Profiles differ in their synthetic clips: give the --profile " +
                    "that the predictions were made with." : ""));
        }
    }
}

/// <summary>A text file of cells with a row of headings.</summary>
/// <param name="Headings">The headings.</param>
/// <param name="Rows">Number of each row in the file, from 1, and its cells; blank rows are left out.</param>
/// <param name="Sha256">SHA-256 of the file, hexadecimal.</param>
sealed record CsvText(ImmutableArray<string> Headings, ImmutableArray<(int Number, string[] Cells)> Rows, string Sha256)
{
    const long MostBytes = 200_000_000;

    /// <summary>Column of a heading in any spelling of case, or -1.</summary>
    public int Column(string heading) => Headings.IndexOf(heading, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Reads a file; the separator is the one of comma, semicolon and tab that its headings have most of.
    /// </summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static CsvText Read(string path)
    {
        byte[] bytes;
        FileState.DemandFile(path);
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw new UserErrorException(
                    $"{path} has more than {MostBytes / 1_000_000} MB; give a seed at a time.");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path} cannot be read ({e.Message.TrimEnd('.')}); look at its name and its permissions.", e);
        }
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
        var first = text.Split('\n', 2)[0];
        var separator = new[] { ',', ';', '\t' }.MaxBy(s => first.Count(c => c == s));
        var rows = Cells(text, separator).Where(r => r.Cells.Any(c => c.Trim().Length > 0)).ToList();
        if (rows.Count == 0)
            throw new UserErrorException($"{path} is empty; it needs a row of headings and a row per clip.");
        string[] headings = [.. rows[0].Cells.Select(c => c.Trim())];
        if (headings.Where(h => h.Length > 0).GroupBy(h => h, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(g => g.Count() > 1) is { Key: var twice })
            throw new UserErrorException($"{path} has two columns '{twice}'; leave one of them out.");
        return new([.. headings], [.. rows.Skip(1)], Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Rows by RFC 4180: a cell in quotes may hold separators, line breaks and doubled quotes.</summary>
    static IEnumerable<(int Number, string[] Cells)> Cells(string text, char separator)
    {
        var (cells, cell, quoted, line, start) = (new List<string>(), new StringBuilder(), false, 1, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[i++]);
            else if (c == '"' && (quoted || cell.Length == 0)) quoted = !quoted;
            else if (!quoted && c == separator) Close();
            else if (!quoted && c == '\n')
            {
                Close();
                yield return (start, [.. cells]);
                cells.Clear();
                start = line + 1;
            }
            else if (quoted || c != '\r') cell.Append(c);
            if (c == '\n') line++;
        }
        if (quoted)
            throw new UserErrorException(
                $"Row {start}: a quote is not closed, so the rows after it cannot be told apart.");
        if (cell.Length > 0 || cells.Count > 0)
        {
            Close();
            yield return (start, [.. cells]);
        }

        void Close()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
