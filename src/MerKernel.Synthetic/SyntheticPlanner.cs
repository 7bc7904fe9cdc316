namespace MerKernel.Synthetic;

/// <summary>
/// Draws every row of a synthetic data set: its subject and movement, where it begins and ends, and its text in the
/// sheet.
/// </summary>
static class SyntheticPlanner
{
    const int FewestVideos = 1, MostVideos = 19, Blink = 45;

    /// <summary>The rows in sheet order.</summary>
    public static ImmutableArray<SyntheticClip> Plan(DatasetId dataset, SyntheticOptions options)
    {
        var roster = SyntheticRoster.Of(dataset, options.Size);
        var random = RandomExtensions.For(options.Seed, "plan", dataset.ToString(), options.Size.ToString());
        var rows = Deal(roster, random);
        var odd = AuNotation.All.ToList();
        // Dealt to all and then cut, so that a subject's clips are those of the whole set.
        var subjects = roster.Subjects.Take(options.Subjects ?? roster.Subjects.Length)
            .Select(s => s.Subject).ToHashSet();
        return [.. rows.Where(row => subjects.Contains(row.Subject))
            .Select(row => Draw(dataset, row.Subject, row.Name, row.Emotion, roster, odd, options.Seed))];

        List<(string Subject, string Name, string Emotion)> Deal(SyntheticRoster roster, Random random)
        {
            var five = Shuffled(roster.Emotions, random);
            var other = new Queue<string>(Shuffled(roster.Excluded, random));
            // Subjects without a five-class clip have the first of the others, the rest falls where it may.
            var extra = roster.Subjects.Where(s => s.Clips == 0)
                .SelectMany(s => new[] { s.Subject, s.Subject, s.Subject }).ToList();
            while (extra.Count < other.Count) extra.Add(roster.Subjects[random.Next(roster.Subjects.Length)].Subject);
            var result = new List<(string, string, string)>();
            var next = 0;
            foreach (var (subject, clips) in roster.Subjects)
            {
                var emotions = five[next..(next += clips)]
                    .Concat(extra.Where(e => e == subject).Select(_ => other.Dequeue())).ToList();
                var named = roster.Named.Where(n => n.Subject == subject).Select(n => n.Name);
                var names = OtherSet.Of(dataset) is { } set
                    ? [.. emotions.Select((e, i) => set.Name(subject, i, e))]
                    : Names(dataset, subject, emotions.Count, named, random);
                result.AddRange(emotions.Zip(names, (emotion, name) => (subject, name, emotion))
                    .OrderBy(r => r.name, StringComparer.Ordinal));
            }
            return result;
        }
    }

    static List<string> Shuffled((string Emotion, int Clips)[] counts, Random random)
    {
        var deck = counts.SelectMany(c => Enumerable.Repeat(c.Emotion, c.Clips)).ToArray();
        random.Shuffle(deck);
        return [.. deck];
    }

    // The named clips come first and so fall on five-class emotions.
    static List<string> Names(DatasetId dataset, string subject, int count, IEnumerable<string> named, Random random)
    {
        var names = named.Take(count).ToList();
        while (names.Count < count)
        {
            var name = dataset == DatasetId.CasmeII
                ? $"EP{random.Next(FewestVideos, MostVideos + 1):00}_{random.Next(1, 13):00}" +
                  $"{(random.NextDouble() < 0.6 ? "f" : "")}"
                : $"{subject}_{random.Next(1, 8)}_{random.Next(1, 10)}";
            if (!names.Contains(name) && !names.Contains(name + "f") && !names.Contains(name.TrimEnd('f')))
                names.Add(name);
        }
        return names;
    }

    static SyntheticClip Draw(DatasetId dataset, string subject, string name, string emotion, SyntheticRoster roster,
        List<AuNotation.Odd> odd, int seed)
    {
        var random = RandomExtensions.For(seed, "clip", dataset.ToString(), subject, name);
        var clip =
            Perform(dataset, emotion, roster, odd, random) with { Subject = subject, Name = name, Emotion = emotion };
        return Err(dataset, Time(dataset, clip, roster, random));
    }

    static SyntheticClip Perform(DatasetId dataset, string emotion, SyntheticRoster roster, List<AuNotation.Odd> odd,
        Random random)
    {
        var strength = random.Uniform(0.026, 0.05);
        double Peak() => Math.Min(0.0625, strength * random.Uniform(0.8, 1.25));
        var cell = OtherSet.Of(dataset) is not null
            ? null
            : odd.Find(o => (dataset == DatasetId.CasmeII ? o.CasmeII : o.Samm) == emotion);
        List<AuMovement> movements;
        string code;
        int[] units;
        if (cell is not null && random.NextDouble() < 0.6)
        {
            odd.Remove(cell);
            (code, units) = (cell.Code, cell.Units);
            movements = [.. cell.Performed.Select(p => new AuMovement(p.Number, p.Side, Peak()))];
        }
        else
        {
            units = EmotionRules.Draw(dataset, emotion, random);
            movements = [.. units.Select(u => new AuMovement(u, SideOf(u, random), Peak()))];
            var graded = dataset == DatasetId.Samm && random.NextDouble() < 0.15;
            code = AuNotation.Write(
                movements.Select(m => (m.Number, m.Side, graded ? m.Peak < 0.035 ? 'A' : 'B' : (char?)null)));
            if (dataset == DatasetId.Samm && random.NextDouble() < 0.05) code += " ";
        }
        if (EmotionRules.Trace(emotion) is { } trace && !units.Contains(trace)
            && random.NextDouble() < EmotionRules.TraceChance)
            movements.Add(new(trace, FaceSide.Both, strength * random.Uniform(0.48, 0.88)));
        if (!units.Contains(Blink) && random.NextDouble() < roster.Blinks)
            movements.Add(new(Blink, FaceSide.Both, random.Uniform(0.05, 0.1)));
        return new()
        {
            Subject = "", Name = "", Emotion = emotion, Onset = 0, Apex = 0, Offset = 0,
            Code = code, CodedUnits = [.. units],
            Movements = [.. movements.Where(m => AuKernels.Known.Contains(m.Number))],
        };
    }

    // Mouth movements are often one-sided, the upper face's seldom.
    static FaceSide SideOf(int unit, Random random)
    {
        var chance = unit switch { 14 => 0.5, 10 or 12 or 15 => 0.15, 2 => 0.15, _ => 0 };
        return random.NextDouble() >= chance ? FaceSide.Both : random.Next(2) == 0 ? FaceSide.Left : FaceSide.Right;
    }

    static SyntheticClip Time(DatasetId dataset, SyntheticClip clip, SyntheticRoster roster, Random random)
    {
        var length = random.Next(roster.Frames.Low, roster.Frames.High + 1);
        var rise = Math.Clamp((int)Math.Round(length * random.Uniform(0.35, 0.6)), 2, length - 3);
        if (OtherSet.Of(dataset) is { } other) return At(clip, other.Onset(random, clip), rise, length);
        var digits = dataset == DatasetId.Samm ? random.Next(3, 6) : 0;
        var onset = digits switch
        {
            0 => random.Next(20, 180),
            3 => random.Next(20, 900),
            4 => random.Next(200, 9000),
            _ => random.Next(2000, 12000)
        };
        return At(clip with { Digits = digits }, onset, rise, length);
    }

    static SyntheticClip At(SyntheticClip clip, int onset, int rise, int length) =>
        clip with { Onset = onset, Apex = onset + rise, Offset = onset + length - 1 };

    /// <summary>Puts the real sheets' errors where the real sheets have them.</summary>
    static SyntheticClip Err(DatasetId dataset, SyntheticClip clip)
    {
        int rise = clip.Apex - clip.Onset, length = clip.FrameCount;
        return (dataset, clip.Id) switch
        {
            (DatasetId.CasmeII, "01/EP02_01f") => At(clip, 46, rise, length),
            (DatasetId.CasmeII, "04/EP12_01f") => clip with { Apex = clip.Onset + (length - 1) / 2, SheetApex = "/" },
            (DatasetId.CasmeII, "05/EP09_05f") =>
                clip with { Apex = clip.Onset + (length - 1) / 2, SheetApex = clip.Onset },
            // The recording stops at the apex.
            (DatasetId.CasmeII, "05/EP16_04f" or "12/EP09_06" or "20/EP16_01" or "25/EP18_04f") =>
                clip with { Apex = clip.Offset },
            (DatasetId.CasmeII, "16/EP01_08") => At(clip, 97 - length, rise, length) with { SheetOffset = 110 },
            (DatasetId.Samm, "006/006_1_2") => At(clip, 5562, rise, length) with { Digits = 5 },
            // Apex and offset were swapped.
            (DatasetId.Samm, "028/028_4_1") => clip with
            {
                Digits = 4,
                Onset = 1134 - rise,
                Apex = 1134,
                Offset = 1143,
                SheetApex = 1143,
                SheetOffset = 1134
            },
            (DatasetId.Samm, "032/032_3_1") =>
                At(clip, 4930 - rise, rise, length) with { Digits = 4, SheetApex = 1930 },
            _ => clip,
        };
    }
}
