using MerKernel.Models;
using MerKernel.Weights;
using static TorchSharp.torch;

namespace MerKernel.Experiments;

/// <summary>
/// The final weights of trained folds as safetensors files, named by experiment and subject. The run store keeps only
/// logits; whoever wants to look into a network has it trained once more and its weights kept here.
/// </summary>
public sealed class FoldWeights(string folder)
{
    /// <summary>Path of a fold's weights.</summary>
    /// <param name="hash">The experiment's <see cref="ExperimentHash"/>.</param>
    /// <param name="subject">The subject left out.</param>
    public string PathOf(string hash, string subject) =>
        Path.Combine(folder, $"{hash}-{RunStore.Escape(subject)}.safetensors");

    /// <summary>Whether a fold's weights are stored.</summary>
    public bool Has(string hash, string subject) => File.Exists(PathOf(hash, subject));

    /// <summary>Stores a fold's weights; the file appears whole or not at all.</summary>
    public void Save(string hash, string subject, nn.Module network) =>
        ModelWeights.Save(network, PathOf(hash, subject));

    /// <summary>The trained network of a fold in eval mode, on the CPU.</summary>
    /// <exception cref="UserErrorException">There are no weights, or the file is damaged.</exception>
    public Network Load(Experiment experiment, string subject)
    {
        var network = experiment.Model.Create(seed: 0, experiment.ActionUnits != ActionUnitSource.None);
        try
        {
            ModelWeights.Load(network, PathOf(ExperimentHash.Of(experiment), subject));
        }
        catch (UserErrorException e)
        {
            network.Dispose();
            throw new UserErrorException($"{e.Message.TrimEnd('.')}. It is a copy that was kept: delete the file, " +
                "and the fold is trained once more.", e);
        }

        network.eval();
        return network;
    }
}
