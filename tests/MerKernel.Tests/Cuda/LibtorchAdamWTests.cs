using MerKernel.Models;
using MerKernel.Native.Cuda;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Cuda;

public class LibtorchAdamWTests
{
    // Equations of Loshchilov and Hutter (2019), algorithm 2, for one parameter.
    [Fact]
    public void Three_updates_are_those_of_the_paper()
    {
        using var scope = NewDisposeScope();
        const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.999, Decay = 0.6, Epsilon = 1e-8;
        var (parameters, means, variances, count) = (tensor(new[] { 1.5f }), zeros(1), zeros(1), zeros(1));
        var (x, m, v) = (1.5, 0.0, 0.0);
        for (var t = 1; t <= 3; t++)
        {
            var g = Math.Sin(t);
            count.fill_(t);
            LibtorchAdamW.Update(new AdamWStep(Rate, Decay, Beta1, Beta2, Epsilon, t), parameters,
                tensor(new[] { (float)g }), means, variances, count);
            (m, v) = (Beta1 * m + (1 - Beta1) * g, Beta2 * v + (1 - Beta2) * g * g);
            x -= Rate
                * (m / (1 - Math.Pow(Beta1, t)) / (Math.Sqrt(v / (1 - Math.Pow(Beta2, t))) + Epsilon) + Decay * x);
            Assert.Equal(x, parameters.item<float>(), 1e-5);
        }
    }
}
