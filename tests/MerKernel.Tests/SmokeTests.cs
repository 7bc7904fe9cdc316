using TorchSharp;
namespace MerKernel.Tests;
public class SmokeTests { [Fact] public void Torch_loads() => Assert.Equal(3f, torch.ones(3).sum().item<float>()); }
