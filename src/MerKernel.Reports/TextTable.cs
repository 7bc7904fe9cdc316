using System.Text.RegularExpressions;
using Spectre.Console;

namespace MerKernel.Reports;

/// <summary>
/// A table of finished text, the one model behind every table this program shows: HTML, Markdown, LaTeX, CSV and the
/// terminal are written from it.
/// </summary>
/// <param name="Title">Its heading, with the data; a line break in it stays.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">Rows of as many cells.</param>
[TypeFormatterSource(typeof(HtmlFormatters), PreferredMimeTypes = ["text/html", "text/plain"])]
public sealed record TextTable(string Title, ImmutableArray<TextTable.Column> Columns,
    ImmutableArray<ImmutableArray<TextTable.Cell>> Rows) : IHtmlContent
{
    /// <summary>A column.</summary>
    /// <param name="Heading">The text above it.</param>
    /// <param name="IsNumber">Whether its cells are figures, which are on the right.</param>
    /// <param name="Group">The text above it and its neighbours of the same group; empty for none.</param>
    public readonly record struct Column(string Heading, bool IsNumber = false, string Group = "")
    {
        /// <summary>A column of text, or, behind a '&gt;', of figures.</summary>
        public static implicit operator Column(string heading) =>
            heading.StartsWith('>') ? new(heading[1..], true) : new(heading);

        internal string FullHeading => Group.Length > 0 ? $"{Group}: {Heading}" : Heading;
    }

    /// <summary>A cell.</summary>
    /// <param name="Text">Its text or figure.</param>
    /// <param name="Detail">Lines in smaller type below it: an interval, a difference.</param>
    /// <param name="Tint">Its colour, which is never the only sign.</param>
    public readonly record struct Cell(string Text, string Detail = "", Tint Tint = Tint.None)
    {
        /// <summary>A cell of text only.</summary>
        public static implicit operator Cell(string text) => new(text);

        internal string Inline => Detail.Length == 0 ? Text : $"{Text} {Detail.Replace('\n', ' ')}";
    }

    /// <summary>Kinds of cells.</summary>
    public enum Tint
    {
        /// <summary>As any other.</summary>
        None,

        /// <summary>A figure that agrees with another one.</summary>
        Agrees,

        /// <summary>A figure that does not.</summary>
        Differs,

        /// <summary>The name of a row that the paper's table lacks.</summary>
        Added,

        /// <summary>A figure set apart in grey, because nothing here compares with it.</summary>
        Apart,
    }

    /// <summary>Notes below the table.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>A table of plain text.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="headings">A leading '&gt;' marks a column of figures.</param>
    /// <param name="rows">Rows of as many cells.</param>
    /// <param name="notes">Notes below the table.</param>
    /// <exception cref="ArgumentException">A row has more or fewer cells than there are columns.</exception>
    public static TextTable Of(string title, IEnumerable<string> headings, IEnumerable<IEnumerable<string>> rows,
        params IEnumerable<string> notes) =>
            Of(title, [.. headings.Select(h => (Column)h)],
                [.. rows.Select(r => r.Select(c => (Cell)(c ?? "")).ToImmutableArray())],
                [.. notes.Where(n => n.Length > 0)]);

    static TextTable Of(string title, ImmutableArray<Column> columns, ImmutableArray<ImmutableArray<Cell>> rows,
        ImmutableArray<string> notes) =>
            rows.Index().FirstOrDefault(r => r.Item.Length != columns.Length) is { Item.IsDefault: false } odd
                ? throw new ArgumentException($"Row {odd.Index + 1} of the table '{title}' has {odd.Item.Length} " +
                    $"cells, and there are {columns.Length} columns.")
                : new(title, columns, rows) { Notes = notes };

    /// <summary>A table whose first column is text and whose others are figures.</summary>
    public static TextTable OfFigures(string title, IEnumerable<string> headings, IEnumerable<IEnumerable<string>> rows,
        params IEnumerable<string> notes) =>
            Of(title, headings.Select((h, i) => i == 0 ? h : $">{h}"), rows, notes);

    /// <summary>Names and their values.</summary>
    public static TextTable Of(string title, IEnumerable<(string Name, string Value)> facts) =>
        Of(title, ["", ""], facts.Select(f => (string[])[f.Name, f.Value]));

    /// <summary>Whether a click on a heading sorts the HTML: figures as figures, text as text.</summary>
    public bool Sorts { get; init; }

    bool HasGroups => Columns.Any(c => c.Group.Length > 0);

    /// <summary>Adjacent columns under one group.</summary>
    IEnumerable<(string Group, int First, int Count)> Groups()
    {
        for (var first = 0; first < Columns.Length;)
        {
            var count = Columns.Skip(first)
                .TakeWhile(c => c.Group.Length > 0 && c.Group == Columns[first].Group).Count();
            yield return (Columns[first].Group, first, Math.Max(1, count));
            first += Math.Max(1, count);
        }
    }

    /// <summary>The table as a section of a Markdown document.</summary>
    public string ToMarkdown()
    {
        static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
        static string Plain(string text) => Regex.Replace(text, @"[\\|<*`]", @"\$0").Replace('\n', ' ');
        var text = new StringBuilder();
        foreach (var (line, i) in Title.Split('\n').Where(l => l.Length > 0).Select((l, i) => (l, i)))
            text.Append(i == 0 ? $"## {Plain(line)}\n\n" : $"{Plain(line)}\n\n");
        text.Append(Row(Columns.Select(c => Plain(c.FullHeading))))
            .Append(Row(Columns.Select(c => c.IsNumber ? "---:" : "---")));
        foreach (var row in Rows)
            text.Append(Row(row.Select(c => c.Tint == Tint.Added ? $"*{Plain(c.Inline)}*" : Plain(c.Inline))));
        text.Append('\n');
        foreach (var note in Notes) text.Append($"{note}\n\n");
        return text.ToString();
    }

    /// <summary>One line of headings, then a line per row; details follow their figures.</summary>
    public string ToCsv()
    {
        static string Field(string text) =>
            text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
        return string.Concat(Rows.Select(r => r.Select(c => c.Inline)).Prepend(Columns.Select(c => c.FullHeading))
            .Select(cells => string.Join(',', cells.Select(Field)) + "\n"));
    }

    /// <summary>A table environment for LaTeX with the package booktabs.</summary>
    public string ToLatex()
    {
        static string Row(IEnumerable<string> cells) => $"{string.Join(" & ", cells)} \\\\\n";
        static string Cell(Cell cell) =>
            cell.Detail.Length == 0 ? Latex(cell.Text) : $"{Latex(cell.Text)} {{\\scriptsize {Latex(cell.Detail)}}}";
        // Sentences are set in lines; LaTeX would let them run off the page.
        string Column(int column) => Columns[column].IsNumber ? "r"
            : Rows.Any(r => r[column].Text.Length > 100) ? "p{0.6\\linewidth}" : "l";
        // LaTeX numbers its tables itself.
        var caption = Regex.Replace(Title, "^Table [0-9]+: ", "").Trim().Replace("\n", ". ");
        var text = new StringBuilder($"\\begin{{table}}\n\\caption{{{Latex(caption)}}}\n\\begin{{tabular}}{{" +
            $"{string.Concat(Enumerable.Range(0, Columns.Length).Select(Column))}}}\n\\toprule\n");
        if (HasGroups)
        {
            text.Append(Row(Groups()
                .Select(g => g.Count == 1 ? Latex(g.Group) : $"\\multicolumn{{{g.Count}}}{{c}}{{{Latex(g.Group)}}}")));
            text.Append(string.Concat(Groups().Where(g => g.Count > 1)
                .Select(g => $"\\cmidrule(lr){{{g.First + 1}-{g.First + g.Count}}}")) + "\n");
        }
        text.Append(Row(Columns.Select(c => Latex(c.Heading)))).Append("\\midrule\n");
        foreach (var row in Rows)
            text.Append(Row(row.Select(c => c.Tint == Tint.Added ? $"\\emph{{{Cell(c)}}}" : Cell(c))));
        text.Append("\\bottomrule\n\\end{tabular}\n");
        foreach (var note in Notes) text.Append($"\\par{{\\footnotesize {Latex(note)}}}\n");
        return text.Append("\\end{table}\n\n").ToString();
    }

    static string Latex(string text) => string.Concat(text.Select(c => c switch
    {
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '<' => "$<$",
        '>' => "$>$",
        '–' => "--",
        '−' => "$-$",
        '±' => "$\\pm$",
        'Δ' => "$\\Delta$",
        'µ' => "$\\mu$",
        '\n' => " ",
        _ => c.ToString(),
    }));

    // Without double quotes: it is in an attribute. Text that is no figure comes last.
    const string Sort =
        "const h=this.parentNode,t=h.closest('table'),i=h.cellIndex,d=h.ariaSort==='descending'?1:-1," +
        "n=h.style.textAlign==='right',k=r=>{const x=r.cells[i].textContent;return n?parseFloat(x):x};" +
        "for(const o of h.parentNode.cells)o.ariaSort='none';h.ariaSort=d<0?'descending':'ascending';" +
        "t.tBodies[0].append(...[...t.tBodies[0].rows].sort((a,b)=>" +
        "n?d*((isNaN(k(a))?-1e9:k(a))-(isNaN(k(b))?-1e9:k(b))):d*k(a).localeCompare(k(b))))";

    // Half transparent, so that lines and tints suit a light page and a dark one.
    const string Common = "padding:.25em .7em;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.4)",
        GroupLine = ";border-left:2px solid rgba(128,128,128,.7)";

    /// <inheritdoc/>
    public void WriteTo(TextWriter writer)
    {
        // A narrow column breaks before ± (HTML's 177) and not behind it.
        static string Lines(string text) =>
            HtmlText.Encode(text).Replace("\n", "<br>").Replace("&#177; ", "&#177;&nbsp;");
        // A line before each group but the first columns, so that protocols do not run into each other.
        bool Opens(int i) => i > 0 && Columns[i].Group.Length > 0 && Columns[i].Group != Columns[i - 1].Group;
        string Style(int i) =>
            $"{Common};text-align:{(Columns[i].IsNumber ? "right" : "left")}{(Opens(i) ? GroupLine : "")}";
        writer.Write("<div style=\"overflow-x:auto\"><table " +
            "style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">");
        if (Title.Length > 0)
            writer.Write($"<caption style=\"text-align:left\"><strong>{Lines(Title)}</strong></caption>");
        writer.Write("<thead>");
        if (HasGroups)
            writer.Write($"<tr>{string.Concat(Groups().Select(g => $"<th scope=\"{(g.Count > 1 ? "colgroup" : "col")}" +
                $"\" colspan=\"{g.Count}\" style=\"{Common};text-align:center{(Opens(g.First) ? GroupLine : "")}\">" +
                $"{Lines(g.Group)}</th>"))}</tr>");
        if (Columns.Any(c => c.Heading.Length > 0))
            writer.Write($"<tr>{string.Concat(Columns.Select((c, i) => "<th scope=\"col\" " +
                $"style=\"{Style(i)}\">{(Sorts ? "<button type=\"button\" style=\"all:unset;cursor:pointer\" " +
                    $"onclick=\"{Sort}\">{Lines(c.Heading)}</button>" : Lines(c.Heading))}</th>"))}</tr>");
        writer.Write("</thead><tbody>");
        foreach (var row in Rows)
        {
            writer.Write("<tr>");
            for (var i = 0; i < row.Length; i++)
            {
                var cell = row[i];
                var tint = cell.Tint switch
                {
                    Tint.Agrees => ";background:rgba(0,140,60,.17)",
                    Tint.Differs => ";background:rgba(230,120,0,.2)",
                    Tint.Apart => ";color:#808080",
                    _ => "",
                };
                var text = cell.Tint == Tint.Added
                    ? $"<em>{Lines(cell.Text)}</em>"
                    : cell.Detail.Length > 0 ? $"<strong>{Lines(cell.Text)}</strong>"
                    : Lines(cell.Text);
                var detail = cell.Detail.Length > 0 ? $"<br><small>{Lines(cell.Detail)}</small>" : "";
                writer.Write(i == 0
                    ? $"<th scope=\"row\" style=\"{Style(i)};font-weight:normal{tint}\">{text}{detail}</th>"
                    : $"<td style=\"{Style(i)}{tint}\">{text}{detail}</td>");
            }
            writer.Write("</tr>");
        }
        writer.Write("</tbody></table></div>");
        foreach (var note in Notes) writer.Write($"<p><small>{Lines(note)}</small></p>");
    }

    /// <inheritdoc/>
    public string InWords => Title.Length > 0 ? $"(table: {Title.Replace('\n', ' ')})" : "(table)";

    /// <summary>The HTML.</summary>
    public override string ToString() => HtmlText.Of(this);

    /// <summary>
    /// Writes the table to the terminal; the columns of a group become one, whose heading is the group's.
    /// </summary>
    public void WriteTo(IAnsiConsole console)
    {
        var table = new Spectre.Console.Table { Border = TableBorder.Simple };
        if (Title.Length > 0) table.Title(Markup.Escape(Title));
        foreach (var (group, first, count) in Groups())
        {
            var column = Columns[first];
            if (group.Length == 0)
                table.AddColumn(column.IsNumber
                    ? new TableColumn(Markup.Escape(column.Heading)).RightAligned()
                    : new TableColumn(Markup.Escape(column.Heading)));
            else
                table.AddColumn(new TableColumn($"{Markup.Escape(group)}\n" +
                    $"{Markup.Escape(Padded(first, count, Columns.Skip(first).Take(count).Select(c => c.Heading)))}")
                    .NoWrap());
        }
        foreach (var row in Rows)
            table.AddRow(Groups()
                .Select(g => new Markup(g.Group.Length == 0 ? Lines(row[g.First]) : Lines(row, g.First, g.Count))));
        console.Write(table);
        foreach (var note in Notes) console.MarkupLineInterpolated($"[dim]{note}[/]");
    }

    static string Lines(Cell cell) =>
        (cell.Tint == Tint.Added ? $"[italic]{Markup.Escape(cell.Text)}[/]" : Markup.Escape(cell.Text)) +
        (cell.Detail.Length > 0 ? $"\n[dim]{Markup.Escape(cell.Detail)}[/]" : "");

    string Lines(ImmutableArray<Cell> row, int first, int count)
    {
        var cells = row.Skip(first).Take(count)
            .Select(c => (string[])[c.Text, .. c.Detail.Split('\n', StringSplitOptions.RemoveEmptyEntries)]).ToList();
        return string.Join('\n', Enumerable.Range(0, cells.Max(c => c.Length)).Select(line => (Line: line,
            Text: Markup.Escape(Padded(first, count, cells.Select(c => c.ElementAtOrDefault(line) ?? "")))))
            .Select(l => l.Line == 0 ? l.Text : $"[dim]{l.Text}[/]"));
    }

    /// <summary>One line of the cells of a group, each as wide as its column.</summary>
    string Padded(int first, int count, IEnumerable<string> texts) =>
        string.Join(' ', texts.Take(count).Select((t, i) =>
            t.PadLeft(Rows.SelectMany(r => $"{r[first + i].Text}\n{r[first + i].Detail}".Split('\n'))
                .Append(Columns[first + i].Heading).Max(l => l.Length))));
}
