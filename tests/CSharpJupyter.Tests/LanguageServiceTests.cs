using System.Text.Json.Nodes;
using CSharpJupyter.Language;
using CSharpJupyter.Session;
using Microsoft.CodeAnalysis.CSharp;

namespace CSharpJupyter.Tests;

/// <summary>
/// Completion on what the cells left visible, compared with Roslyn's own on the whole chain of cells.
/// </summary>
public sealed class LanguageServiceTests
{
    static readonly string[] Cells =
    [
        "using System.Globalization;\nusing Numbers = System.Collections.Generic.List<double>;\n" +
        "using static System.Math;",
        "/// <summary>Frames of a clip.</summary>\nrecord Clip(int Onset, int Apex);\n" +
        "enum Emotion { Happiness, Disgust }",
        "var clip = new Clip(1, 2);\nClip[] clips = [clip];\nvar emotion = Emotion.Disgust;",
        "int Twice(int x) => 2 * x;\nstring Twice(string s) => s + s;\n" +
        "T First<T>(IEnumerable<T> all) where T : class => all.First();",
        "var rows = clips.Select(c => new { c.Apex, Name = \"a\", Inner = new { Deep = 1 } }).ToArray();\n" +
        "var row = rows[0];",
        "var (left, right) = (1, \"r\");\nif (int.TryParse(\"5\", out var parsed)) { }\n" +
        "var pair = (Uf1: 0.5, Uar: 0.4);",
        "const int Two = 2;\nconst string Text = \"a\\\"b\";\nint[][,] jagged = null;\n" +
        "readonly DateTime started = DateTime.Now;\nint Count { get; set; } = 3;",
        "static int Tripled(this int x) => 3 * x;\nclass Box<T> { public T Value; public class Lid { public int " +
        "Width; } }\nvar lid = new Box<int>.Lid();\nvar box = new Box<Clip>();",
        "var @class = new Numbers { 1.5 };\nDictionary<string, List<Clip>> bySubject = [];\nint? maybe = 3;\n" +
        "dynamic any = 1;\nFunc<int, Task<Clip>> load = null;",
        "#if NEVER\nint Never() => 1;\n#endif\nint Always() => 1; // always\npartial class Part { public int One; }\n" +
        "partial class Part { public int Other; }\n#region A\nvar part = new Part();\n#endregion",
        // Redeclared: the old variables keep the old type.
        "record Clip(int Onset, int Apex, int Offset);\nvar left = new Clip(1, 2, 3);\nvar other = 1;",
        "string Twice(string s) => s;\nint Count(int a) => a;\nclass other { }",
        // What interruption rewrites: the source that completion reads is the rewritten one.
        "class Worker { public int Done { get { while (false) ; return 1; } set { } }\n" +
        "public Worker(int n) { do n--; while (n > 0); }\n" +
        "public IEnumerable<int> All() { for (var i = 0; i < 2; i++) yield return i; }\n" +
        "public static Worker operator +(Worker a, Worker b) { foreach (var c in new[] { a }) { } return b; }\n" +
        "public int Try() { try { return 1; } catch { return 2; } finally { } } }\n" +
        "int Sum(int n) { again: if (n-- > 0) goto again; else while (n > 9) n--; return n; }\n" +
        "async Task<int> Later() { try { await Task.Delay(1); } catch (Exception e) when (e is not null) { throw; }\n" +
        "return (from a in new[] { 1 } let b = a + 1 where b > 0 orderby b select a * b).Sum(c => c + 1); }\n" +
        "string Drawn() => string.Concat(\"a\");\n" +
        "int Count3 => new[] { 1 }.Count(delegate (int a) { return a > 0; });\n" +
        "var worker = new Worker(1);",
        "unsafe int* Nowhere() => null;\ndelegate void Told(string what);\nevent Action Done;\nTold told = null;",
    ];

    // Shared, since they are only asked.
    static readonly Lazy<Both> Executed = new(() => new(Cells));

    /// <summary>The service and Roslyn's own, on the same cells.</summary>
    sealed class Both
    {
        readonly ScriptSession _session;
        readonly LanguageService _service;

        public Both(params IEnumerable<string> cells)
        {
            var references = new ReferenceSet();
            (_session, Chain) = (new(references), new(references));
            _service = new(_session, references);
            foreach (var cell in cells)
            {
                _session.Compile(cell, "In[1]", CancellationToken.None);
                Chain.Add(cell);
            }
        }

        public ChainedCompletion Chain { get; }

        public List<string> Complete(string code) => [.. _service.Complete(code, code.Length)["matches"]!.AsArray()
            .Select(m => m!.GetValue<string>()).Order(StringComparer.Ordinal)];

        public string Inspect(string code, int cursor) =>
            _service.Inspect(code, cursor)["data"]!["text/plain"]!.GetValue<string>();
    }

    [Fact]
    public void The_same_names_and_members_are_offered_as_on_the_chain_of_all_cells()
    {
        const int Most = 500;
        string[] beginnings =
        [
            // Bare names.
            "c", "T", "r", "l", "le", "p", "Cl", "clip", "started", "e", "Em", "co", "Nu", "Cul", "Sq", "fore", "aw",
            "@cl", "Do", "To", "Now", "Bo", "ot", "Cou",
            // Members, of what was declared in any way.
            "clip.", "clips[0].", "clips.", "emotion.", "Emotion.", "rows[0].", "row.", "row.Inner.", "left.", "right.",
            "parsed.", "pair.", "Text.", "jagged[0].", "started.",
            "lid.", "box.Value.", "@class.", "bySubject.First().Value[0].", "maybe.", "load(1).Result.", "5.Tri",
            "First(clips).", "Twice(\"\").", "told.", "other.", "new Clip(1, 2, 3).",
            // Places where types, values or names are meant.
            "new ", "new C", "new Clip { ", "Emotion e = ", "if (emotion == ", "emotion switch { Emotion.",
            "Clip x = clip; x.", "foreach (var r in rows) r.", "typeof(",
            "Twice(", "Twice(x: ", "left with { ", "if (left is { ", "var local = clip; loc", "class Sub : Bo",
            "clips.Where(k => k.", "using System.", "Count", "Numbers n; n.", "part.O", "Alw", "Nev",
            "Wor", "worker.", "worker.All().", "Su", "Later().Result.", "Drawn().", "Count3.",
        ];
        Assert.All(beginnings, code =>
        {
            var (expected, found) = (Executed.Value.Chain.Complete(code), Executed.Value.Complete(code));
            Assert.True(found.Count == Math.Min(Most, expected.Count) && found.All(expected.Contains),
                $"'{code}': missing {string.Join(" ", expected.Except(found))}; besides " +
                $"{string.Join(" ", found.Except(expected))}");
        });
    }

    [Fact]
    public void The_same_is_said_of_a_place_as_on_the_chain_of_all_cells()
    {
        (string, int)[] places =
        [
            ("clip", 1), ("clips", 1), ("left.Offset", 6), ("pair.Uar", 6), ("maybe", 2), ("bySubject", 3),
            ("Count(2)", 2), ("new Clip(1, 2, 3)", 5), ("new Box<int>()", 5),
            ("Two", 1), ("Text", 1), ("First(clips)", 2), ("jagged", 2), ("5.Tripled()", 4), ("load", 1),
        ];
        Assert.All(places, place =>
        {
            var expected = Executed.Value.Chain.Inspect(place.Item1, place.Item2);
            Assert.NotEqual("", expected);
            // A type that was redeclared since: Roslyn can only say that it is another one.
            Assert.Equal(expected.Replace("global::", ""),
                Executed.Value.Inspect(place.Item1, place.Item2).Replace("EarlierCell2.", ""));
        });
    }

    [Fact]
    public void The_source_that_completion_reads_is_complete()
    {
        var references = new ReferenceSet();
        var (session, visible) = (new ScriptSession(references), new VisibleDeclarations());
        session.Submitted += visible.Add;
        foreach (var cell in Cells) session.Compile(cell, "In[1]", CancellationToken.None);
        Assert.Empty(CSharpSyntaxTree.ParseText(visible.Source(out _), ScriptSession.ParseOptions).GetDiagnostics());
    }

    [Fact]
    public void A_documented_record_shows_its_summary() =>
        Assert.Contains("Frames of a clip.", new Both(Cells[1]).Inspect("new Clip(1, 2)", 5));

    [Fact]
    public void A_library_referred_to_by_a_cell_without_code_is_known_at_once()
    {
        var references = new ReferenceSet();
        var service = new LanguageService(new(references), references);
        JsonArray Matches() => service.Complete("using CsCheck; Gen.In", 21)["matches"]!.AsArray();
        Assert.Empty(Matches());
        references.Load(Path.Combine(AppContext.BaseDirectory, "CsCheck.dll"));
        Assert.Contains("Int", Matches().Select(m => m!.GetValue<string>()));
    }

    [Fact]
    public void A_cell_that_is_executed_again_and_again_leaves_one_declaration_of_each_name()
    {
        var both = new Both(Enumerable.Range(0, 30)
            .Select(i => $"record Row(int A{i});\nvar rows = new[] {{ new Row({i}) }};\nint Sum(Row[] r) => {i};"));
        Assert.Equal(["A29"], both.Complete("rows[0].A"));
        Assert.Equal(["Row"], both.Complete("new Row"));
    }
}
