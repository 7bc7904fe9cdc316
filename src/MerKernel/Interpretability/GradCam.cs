using MerKernel.Models;
using static TorchSharp.torch;

namespace MerKernel.Interpretability;

/// <summary>
/// Gradient-weighted class activation maps (Selvaraju et al. 2017): where a feature map speaks for a class. Each channel is weighted by the mean gradient
/// of the class's logit, the weighted channels are added, and negative values are cut off.
/// </summary>
public static class GradCam
{
    /// <summary>The maps of the motion map F_M, [N, h, w], at least 0; as coarse as F_M is.</summary>
    /// <param name="features">The network's features, with their graph (not under no_grad); the graph is kept for further calls.</param>
    /// <param name="classes">The class of each sample, int64 [N].</param>
    public static Tensor Of(MerNetFeatures features, Tensor classes)
    {
        using var scope = NewDisposeScope();
        var scores = features.Logits.gather(1, classes.unsqueeze(1)).squeeze(1);
        return Of(features.MotionMap, scores).MoveToOuterDisposeScope();
    }

    /// <summary>The maps of any feature map, [N, h, w], at least 0.</summary>
    /// <param name="features">Feature map [N, C, h, w].</param>
    /// <param name="scores">A score for each sample, [N], computed only from its own features.</param>
    public static Tensor Of(Tensor features, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var gradients = autograd.grad([scores.sum()], [features], retain_graph: true)[0];
        var weights = gradients.mean([2, 3], keepdim: true);
        return (weights * features.detach()).sum(dim: 1).relu().MoveToOuterDisposeScope();
    }
}
