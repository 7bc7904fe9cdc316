using TorchSharp;
Console.WriteLine(torch.ones(3).sum().item<float>());
using var m = new OpenCvSharp.Mat(3,3,OpenCvSharp.MatType.CV_8UC1, OpenCvSharp.Scalar.All(3));
Console.WriteLine(m.Sum());
