using System.Runtime.CompilerServices;
using MerKernel.Models;
using MerKernel.Reports.Charts;
using MerKernel.Reports.Pictures;
using Plotly.NET;
using TorchSharp;

namespace MerKernel.Reports;

/// <summary>
/// How the library's values show in a notebook: a network its layers with shapes, a confusion matrix a table, an
/// experiment its changes of the paper's network, a fold its curve.
/// </summary>
public static class Displays
{
    /// <summary>Every layer with its output for one clip, its parameters and its multiply-accumulates.</summary>
    /// <param name="network">The network.</param>
    public static TextTable Layers(this MerNet network) =>
        Layers(ModelSummary.Of(network.Options, network.SeesActionUnits));

    /// <summary>Every layer with its output for one clip, its parameters and its multiply-accumulates.</summary>
    /// <param name="summary">The counts of a network.</param>
    public static TextTable Layers(this ModelSummary summary) =>
        TextTable.Of("Layers, for one clip; the position stream sees two frames",
            ["layer", "kind", ">output", ">parameters", ">multiply-accumulates"],
            [
                .. summary.Layers
                    .Select(l => (string[])[l.Name, l.Kind, Shape([.. l.Output]), Count(l.Parameters), Count(l.Macs)]),
                ["all", "", "", Count(summary.Parameters), Count(summary.Macs)],
            ]);

    /// <summary>The modules of any network that have parameters, and how many.</summary>
    /// <param name="module">A network or a part of one.</param>
    public static TextTable Parameters(this torch.nn.Module module) =>
        TextTable.Of("Parameters", ["module", "kind", ">shapes", ">parameters"],
            from m in module.named_modules().Prepend(("(itself)", module))
            let own = m.Item2.parameters(recurse: false).ToList()
            where own.Count > 0
            select (string[])[m.Item1, ModelSummary.NameOf(m.Item2), string.Join(" ", own.Select(p => Shape(p.shape))),
                Count(own.Sum(p => p.numel()))]);

    /// <summary>True classes down, predicted classes across, and how each class fared.</summary>
    /// <param name="matrix">The counts.</param>
    /// <param name="classes">The classes' names, in label order; none: their numbers.</param>
    public static TextTable Table(this ConfusionMatrix matrix, params IReadOnlyList<string> classes)
    {
        var names = Enumerable.Range(0, matrix.Classes).Select(c => c < classes.Count ? classes[c] : Count(c)).ToList();
        var scores = Metrics.PerClass(matrix);
        return TextTable.OfFigures("Confusion matrix: true classes down, predicted across",
            ["", .. names, "clips", "recall", "precision", "F1"],
            names.Select((name, t) => (string[])[name, .. names.Select((_, p) => Count(matrix[t, p])),
                Count(matrix.Support(t)),
                Figures.Fraction(scores[t].Recall), Figures.Fraction(scores[t].Precision),
                Figures.Fraction(scores[t].F1)]),
            $"{matrix.Correct} of {matrix.Total} clips: accuracy {Figures.Percent(Metrics.Accuracy(matrix))} %, UF1 " +
            $"{Figures.Fraction(Metrics.UF1(matrix))}, UAR {Figures.Fraction(Metrics.Uar(matrix))}.");
    }

    /// <summary>The options in which an experiment differs from another.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="other">The one it is held against.</param>
    public static TextTable Differences(this Experiment experiment, Experiment other) =>
        TextTable.Of("Options that differ", ["option", ">there", ">here"],
            OptionDifference.Between(other, experiment).Select(d => (string[])[d.Words, d.First, d.Second]));

    /// <summary>The training loss and the accuracy on the subject left out, epoch by epoch.</summary>
    /// <param name="fold">A trained fold.</param>
    public static GenericChart Curve(this FoldPrediction fold)
    {
        var curve = new TrainingCurve($"Fold that leaves out subject {fold.Subject}, {fold.Labels.Length} test clips");
        for (var epoch = 0; epoch < fold.Logits.Length; epoch++)
            curve.Add(("training loss", fold.TrainingLoss[epoch]), ("test accuracy", Accuracy(fold, epoch)));
        return curve.Chart();
    }

    /// <summary>
    /// Names the displays to the kernel's formatters, which this library finds by name: it refers to no kernel.
    /// </summary>
#pragma warning disable CA2255 // Whoever loads the library wants its displays, and a notebook calls nothing first.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register()
    {
        var formatter = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(a => a.GetName().Name == "Microsoft.DotNet.Interactive.Formatting")
            ?.GetType("Microsoft.DotNet.Interactive.Formatting.Formatter");
        var register = formatter?.GetMethods().FirstOrDefault(m => m.Name == "Register" && m.IsGenericMethod
            && m.GetParameters() is [{ ParameterType: { IsGenericType: true } first }, { } second]
            && first.GetGenericTypeDefinition() == typeof(Func<,>) && second.ParameterType == typeof(string));
        if (register is null) return;
        void Show<T>(Func<T, string> html, Func<T, string> plain)
        {
            var of = register.MakeGenericMethod(typeof(T));
            of.Invoke(null, [html, "text/html"]);
            of.Invoke(null, [plain, "text/plain"]);
        }
        Show<torch.Tensor>(Html, Words);
        Show<torch.nn.Module>(m => $"{(m is MerNet whole ? whole.Layers() : m.Parameters())}",
            m => $"{m.GetType().Name}, {Count(m.parameters().Sum(p => p.numel()))} parameters");
        Show<ConfusionMatrix>(m => $"{m.Table()}", m => $"{m.Correct} of {m.Total} correct");
        Show<Experiment>(e => $"{TextTable.Of("Experiment", [("profile nearest to it", RunWords.Of(e).Profile), (
            "network and differences",
            RunWords.Of(e).Text), ("seed", Count(e.Seed)), ("hash", ExperimentHash.Of(e))])}",
            e => $"{RunWords.Of(e).Text} ({ExperimentHash.Of(e)})");
        Show<FoldPrediction>(f => $"{TextTable.OfFigures($"Fold that leaves out subject {f.Subject}",
            ["epoch", "training loss", "test accuracy (%)"],
            f.TrainingLoss.Select((loss, epoch) =>
                (string[])[Count(epoch + 1), Figures.Fraction(loss), Figures.Percent(Accuracy(f, epoch))]))}",
            f => $"subject {f.Subject}: {f.Labels.Length} clips, {f.Logits.Length} epochs");
    }

    /// <summary>A tensor as a picture where it holds frames, else in words.</summary>
    internal static string Html(torch.Tensor tensor) =>
        FramesOf(tensor) ?? $"<pre>{HtmlText.Encode(Words(tensor))}</pre>";

    /// <summary>Frames [3, S, S] or [N, 3, S, S] as a picture; null for any other tensor.</summary>
    static string? FramesOf(torch.Tensor tensor)
    {
        if (tensor.dim() is not (3 or 4) || tensor.numel() == 0 || tensor.size(-3) != 3 || tensor.size(-1) < 16
            || tensor.size(-2) != tensor.size(-1)
            || tensor.dtype is not (torch.ScalarType.Byte or torch.ScalarType.Float32))
            return null;
        using var shown = tensor.dim() == 3
            ? tensor.alias() : tensor.narrow(0, 0, Math.Min(MostFrames, tensor.size(0)));
        using var image = shown.AsFrames("").Image;
        return $"""<img src="data:image/png;base64,{Convert.ToBase64String(image.ToBytes(".png"))}" alt="{HtmlText.Encode(Words(tensor))}">""";
    }

    const int MostFrames = 10, MostValues = 8;

    /// <summary>A tensor's shape, type and first values.</summary>
    static string Words(torch.Tensor tensor)
    {
        var text = $"Tensor {Shape(tensor.shape)} {tensor.dtype} on {tensor.device}";
        if (tensor.numel() == 0 || tensor.is_complex() || tensor.is_sparse) return text;
        using var scope = torch.NewDisposeScope();
        var first = tensor.detach().reshape(-1).narrow(0, 0, Math.Min(MostValues, tensor.numel())).cpu()
            .to_type(torch.ScalarType.Float64).data<double>().ToArray();
        return $"{text}: {string.Join(", ", first.Select(v => v.ToString("G5", CultureInfo.InvariantCulture)))}" +
            $"{(tensor.numel() > MostValues ? ", ..." : "")}";
    }

    static double Accuracy(FoldPrediction fold, int epoch) =>
        Metrics.Accuracy(fold.At(epoch).Matrix(fold.Logits[epoch][0].Length));

    static string Shape(long[] shape) => string.Join(" x ", shape.Select(Count));

    static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
