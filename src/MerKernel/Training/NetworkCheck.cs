using System.Diagnostics;
using System.Reflection;
using MerKernel.Data;
using MerKernel.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>
/// What a network of one's own must fulfil before time is spent on training it; each fault is named with its cure.
/// </summary>
static class NetworkCheck
{
    static readonly Assembly s_library = typeof(NetworkCheck).Assembly;

    /// <summary>Refuses TorchSharp's layers that draw or compute otherwise than the library's.</summary>
    /// <exception cref="UserErrorException">Names the layer and what to use.</exception>
    public static void Layers(Network network, Device device)
    {
        var modules = network.named_modules().ToDictionary(m => m.name, m => m.module);
        foreach (var (name, layer) in modules)
        {
            if (layer is Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout)
                throw Refused($"The network has TorchSharp's {layer.GetType().Name} ('{name}'), whose draws depend " +
                    "on the folds next to it; use MerKernel.Models.SeededDropout, which draws the same in every run.");
            // The library's own networks compute with such a layer's weights by Ops.
            if (IsOwn(network) && !OfLibrary(name) && device.type == DeviceType.CPU
                && layer is Convolution { weight: { } weight } && SoundConvolution.FillsUp(weight, weight))
                throw Refused($"The network has TorchSharp's {layer.GetType().Name} ('{name}'), whose gradients this " +
                    $"processor computes wrong (mer doctor says so). {(layer is TorchSharp.Modules.Conv2d
                        ? "Use MerKernel.Models.Conv2d, which computes them right: new Conv2d(from, to, kernel, " +
                          "stride, padding, groups). Or start" : "Start")} mer, or the ./mer jupyter of the " +
                    "notebook, with MER_INSTRUCTIONS=avx2 set.");
        }

        // A part of the library's in a network of one's own is computed as in the library's.
        bool OfLibrary(string name)
        {
            for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
                if (modules.TryGetValue(name[..dot], out var part) && part.GetType().Assembly == s_library) return true;
            return false;
        }
    }

    /// <summary>
    /// Runs two training clips through a network that is not the library's, whose own are tried already.
    /// </summary>
    /// <exception cref="UserErrorException">It fails, or gives something else than [clips, classes].</exception>
    public static void OneBatch(Network network, PairSource pairs, FoldSplit split, MerDataset dataset)
    {
        // With a loss of its own it may keep there, while it is trained, whatever it predicts with.
        if (!IsOwn(network) || network.KeepsItsLoss) return;
        using var scope = NewDisposeScope();
        using var draws = new Generator(0, CPU);
        network.UseGenerator(draws);
        network.eval();
        int[] some = [.. split.Train.Take(2)];
        var batch = pairs.Exact(some);
        var logits = Of(network, $"The network fails on its first {some.Length} clips", AsNetwork,
            () => Network.WithoutBuilds(() => network.call(batch.Clips))
                ?? throw new InvalidOperationException("it gives null"));
        Outputs(logits.shape, dataset);
        Registered(network);
        Reached(network, nn.functional.cross_entropy(logits, batch.Labels));
        DrawsAlone(network, batch.Clips);
    }

    /// <summary>Demands that a network in training draws from no generator that other folds share.</summary>
    static void DrawsAlone(Network network, ClipBatch clips)
    {
        using var off = no_grad();
        var kept = network.buffers().Select(b => (Buffer: b, Value: b.clone())).ToList();
        network.train();
        // A user's thread may draw from it meanwhile, but hardly each time.
        var draws = Enumerable.Range(0, 3).All(_ => Network.WithoutBuilds(() =>
        {
            using var before = Generator.Default.get_state();
            Of(network, "The network fails in training", AsNetwork, () => network.call(clips));
            using var after = Generator.Default.get_state();
            return !before.bytes.SequenceEqual(after.bytes);
        }));
        foreach (var (buffer, value) in kept) buffer.copy_(value);
        network.eval();
        if (draws)
            throw Refused("The network draws from the generator that all folds share, as nn.functional.dropout does " +
                "and the dropout inside LSTM, MultiheadAttention and TransformerEncoderLayer: its draws depend on " +
                "the folds next to it. Set such a dropout to 0 and use MerKernel.Models.SeededDropout, which draws " +
                "the same in every run.");
    }

    /// <summary>Demands that every layer that a user's module keeps is one of the network's.</summary>
    static void Registered(Network network)
    {
        HashSet<nn.Module> known = [network, .. network.modules()];
        foreach (var module in known.Where(IsOwn))
            for (var type = module.GetType(); type is not null && IsOwn(type); type = type.BaseType)
                foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public
                    | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    var layers = field.GetValue(module) switch
                    {
                        nn.Module one => [one],
                        System.Collections.IList several => several.OfType<nn.Module>(),
                        System.Collections.IDictionary map => map.Values.OfType<nn.Module>(),
                        _ => [],
                    };
                    if (layers.FirstOrDefault(l => !known.Contains(l)) is { } lost)
                        throw Refused($"{type.Name}'s field {Readable(field.Name)} has a layer " +
                            $"({lost.GetType().Name}) that is not registered, so it is neither trained nor moved to " +
                            "a GPU. Keep several layers in a ModuleList or a Sequential, and call " +
                            "RegisterComponents() at the end of the constructor.");
                }
    }

    // A constructor's parameter is kept in a field called <name>P.
    static string Readable(string field) => field.StartsWith('<') && field.IndexOf('>') is > 1 and var end
        ? $"'{field[1..end]}'" : $"'{field}'";

    /// <summary>Demands that a loss has a gradient for every parameter that is to be trained.</summary>
    static void Reached(Network network, Tensor loss)
    {
        // A loss that depends on no weight is refused in training, with its own cure.
        if (!loss.requires_grad) return;
        loss.backward();
        var lost = network.named_parameters().Where(p => p.parameter is { requires_grad: true, grad: null })
            .Select(p => p.name).ToList();
        foreach (var parameter in network.parameters()) parameter.grad = null;
        if (lost.Count > 0)
            throw Refused("No gradient reaches " + (lost.Count == 1 ? "the parameter"
                : $"{lost.Count} parameters, among them") + $" '{lost[0]}': Forward does not use it, or detaches its " +
                "result. Use it, take it away, or freeze it with requires_grad = false.");
    }

    /// <summary>
    /// Calls a part that may be a user's; its faults are named as such, with the place and what the part is to do.
    /// </summary>
    /// <param name="part">The part.</param>
    /// <param name="fails">What failed, as the beginning of a sentence.</param>
    /// <param name="wanted">What it is given and returns.</param>
    /// <param name="call">The call.</param>
    /// <exception cref="UserErrorException">The part is not the library's, and threw.</exception>
    public static T Of<T>(object part, string fails, string wanted, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (IsOwn(part) && e is not (UserErrorException or OperationCanceledException)
            && !TrainingFailedException.IsOfMemory(e))
        {
            var frame = new StackTrace(e, fNeedFileInfo: true).GetFrames()
                .FirstOrDefault(f => f.GetMethod()?.DeclaringType?.Assembly == part.GetType().Assembly);
            var place = frame?.GetMethod() is not { } method ? ""
                : $" in {method.DeclaringType!.Name}.{method.Name}" +
                  (frame.GetFileLineNumber() is > 0 and var line ? $", line {line}" : "");
            var kept = e.Message.Contains("empty handle", StringComparison.Ordinal) ? " A tensor of an earlier batch " +
                "is freed with that batch; clone and detach one that is to stay: " +
                "x.detach().clone().DetachFromDisposeScope()." : "";
            throw Refused($"{fails}{place}: {TrainingFailedException.FirstLine(e)}.{kept} {wanted}", e);
        }
    }

    /// <summary>What a network is given and returns.</summary>
    public const string AsNetwork = "Its input are frames [clips, 3, S, S] and action units [clips, 21], its output " +
        "logits [clips, classes].";

    /// <summary>A batch as an augmentation of one's own leaves it.</summary>
    /// <exception cref="UserErrorException">It fails, or gives frames of another shape or type.</exception>
    public static PairBatch Augmented(OwnAugmentation own, PairBatch batch, Random random)
    {
        var (onset, apex) = Of(own, $"The augmentation {own.Name} fails", "It is given onset and apex frames " +
            "[clips, 3, S, S] and returns both, changed.",
            () => own.Of(batch.Clips.Onset, batch.Clips.Apex, random));
        foreach (var frames in (Tensor?[])[onset, apex])
            if (frames is null || frames.dtype != batch.Clips.Onset.dtype
                || !frames.shape.SequenceEqual(batch.Clips.Onset.shape))
                throw Refused($"The augmentation {own.Name} returns " + (frames is null ? "null"
                    : $"[{string.Join(", ", frames.shape)}] of {frames.dtype}") + "; it is given " +
                    $"[{string.Join(", ", batch.Clips.Onset.shape)}] of {batch.Clips.Onset.dtype}, and its frames " +
                    "must be like these.");
        return batch with { Clips = batch.Clips with { Onset = onset, Apex = apex } };
    }

    /// <summary>Demands one logit of a clip for each class.</summary>
    public static void Outputs(long[] gives, MerDataset dataset)
    {
        var classes = dataset.Classes.Length;
        if (gives.Length != 2 || gives[1] != classes)
            throw Refused($"The network gives [{string.Join(", ", gives)}], and the data have {classes} classes: " +
                $"logits [clips, {classes}] are wanted" + (gives.Length == 2 && gives[0] == classes
                    ? "; they look transposed." : gives.Length != 2 ? ", a row for each clip and no sum or mean."
                    : "; give its last layer as many outputs as its options have Classes."));
    }

    static bool IsOwn(object part) => IsOwn(part.GetType());

    static bool IsOwn(Type type) => type.Assembly != s_library && type.Assembly != typeof(nn.Module).Assembly;

    static UserErrorException Refused(string message, Exception? inner = null) =>
        new(message, inner) { IsOfExperiment = true };
}
