using System.Numerics;
using MerKernel.Data;
using MerKernel.Faces;
using MerKernel.Synthetic;
using MerKernel.Tests.Faces;
using OpenCvSharp;

namespace MerKernel.Tests.Synthesis;

public sealed class FaceDetectionTests
{
    [Fact]
    public void Dlib_finds_one_face_where_it_was_rendered_whoever_it_is_and_whichever_camera_looked()
    {
        using var model = LandmarkModel.Open();
        using var finder = new FaceFinder(model);
        for (var seed = 0; seed < 6; seed++)
        {
            var camera = Camera.Of(seed % 3 == 0 ? DatasetId.Samm : DatasetId.CasmeII);
            var person = FaceIdentity.Draw(seed);
            var shape = new FaceShape(person);
            var pose = camera.Place(new Random(seed));
            var window = camera.Crop ?? new Rect(default, camera.Frame);
            using var portrait = FacePainter.Paint(person, camera.PixelsPerIod);
            using var renderer = new FaceRenderer(portrait, portrait.Clone(), pose, window, []);
            using var frame = renderer.Render(0, default);

            var face = finder.Find(frame);

            Assert.NotNull(face);
            Assert.Equal(1, face.Faces);
            // Eyes, nose and mouth are where the shape says; the jaw of a painted face is vaguer.
            var errors = Enumerable.Range(27, 41).Select(i =>
                (Vector2.Transform(new(face.Points[i].X + window.X, face.Points[i].Y + window.Y), pose.ToFace())
                    - shape[i]).Length());
            Assert.InRange(errors.Average(), 0, 0.08);
        }
    }
}
