using MerKernel.Models;
using TorchSharp;

namespace MerKernel.Tests.Models;

public class NnpackTests
{
    [Fact]
    public void The_packaged_libtorch_can_be_told_to_leave_NNPACK_alone()
    {
        // The functions are looked up in a library that is loaded.
        torch.zeros(1).Dispose();
        Assert.True(Nnpack.TurnOff());
    }
}
