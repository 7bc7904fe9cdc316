using MerKernel.Cuda;
using MerKernel.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A transformer's residual stream between two layers: a sum, and the branch that is still to be added to it. The addition waits for the normalisation that
/// follows, because on a processor both take as long as reading the numbers once.
/// </summary>
/// <param name="Sum">[N, H, W, C].</param>
/// <param name="Branch">[N, H, W, C], or null where there is none.</param>
/// <param name="Factor">Stochastic depth's factor of each sample's branch, [N, 1, 1, 1]; null is 1.</param>
public readonly record struct Residual(Tensor Sum, Tensor? Branch = null, Tensor? Factor = null)
{
    /// <summary>The sum with the branch.</summary>
    public Tensor Total() => Branch is null ? Sum : Factor is null ? Sum.Plus(Branch) : Sum.addcmul(Branch, Factor, Numbers.One);

    /// <summary>The sum with the branch, and its normalisation.</summary>
    internal (Tensor Total, Tensor Normed) Normalize(LayerNorm norm)
    {
        if (Branch is not null && FusedResidualNorm.Fits(Sum, Branch, Factor, norm)) return FusedResidualNorm.Of(Sum, Branch, Factor, norm);
        if (Branch is not null && CudaAddNorm.Fits(Sum, Branch, norm)) return CudaAddNorm.Of(Sum, Branch, Factor, norm);
        var total = Total();
        return (total, norm.call(total));
    }

    /// <summary>Moves the tensors that a layer made for it to the outer DisposeScope.</summary>
    internal Residual MoveToOuterDisposeScope() => this with { Sum = Sum.MoveToOuterDisposeScope(), Branch = Branch?.MoveToOuterDisposeScope() };
}
