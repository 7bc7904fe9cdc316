// A C interface over the two parts of dlib that the project uses: the frontal face detector and the 68-point shape
// predictor. No exception leaves it: functions return a count or 0, and -1 where dlib threw.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <vector>

#include <dlib/image_processing.h>
#include <dlib/image_processing/frontal_face_detector.h>

#define MER_API extern "C" __attribute__((visibility("default")))

namespace {

// An 8-bit grey image that belongs to the caller.
struct GreyView {
    const std::uint8_t* data;
    long rows, columns, stride;
};

void copy(const GreyView& from, dlib::array2d<unsigned char>& to) {
    to.set_size(from.rows, from.columns);
    for (long r = 0; r < from.rows; ++r) std::memcpy(&to[r][0], from.data + r * from.stride, from.columns);
}

}  // namespace

// Reads a shape predictor; null with the reason in 'error' where that fails. Safe to share between threads.
MER_API void* mer_dlib_model_open(const char* path, char* error, int capacity) {
    try {
        auto model = new dlib::shape_predictor();
        dlib::deserialize(path) >> *model;
        return model;
    } catch (const std::exception& e) {
        std::strncpy(error, e.what(), capacity - 1);
        error[capacity - 1] = 0;
        return nullptr;
    }
}

MER_API int mer_dlib_model_points(const void* model) {
    return static_cast<int>(static_cast<const dlib::shape_predictor*>(model)->num_parts());
}

MER_API void mer_dlib_model_close(void* model) { delete static_cast<dlib::shape_predictor*>(model); }

// A detector keeps working memory between calls: one per thread.
MER_API void* mer_dlib_detector_open() {
    try {
        return new dlib::frontal_face_detector(dlib::get_frontal_face_detector());
    } catch (const std::exception&) {
        return nullptr;
    }
}

MER_API void mer_dlib_detector_close(void* detector) { delete static_cast<dlib::frontal_face_detector*>(detector); }

// Finds faces; writes up to 'capacity' of them as left, top, right, bottom, score, best score first. Returns how many
// were written.
MER_API int mer_dlib_detect(void* detector, const std::uint8_t* grey, int rows, int columns, int stride, double* faces,
                            int capacity) {
    try {
        dlib::array2d<unsigned char> image;
        copy({grey, rows, columns, stride}, image);
        std::vector<dlib::rect_detection> found;
        (*static_cast<dlib::frontal_face_detector*>(detector))(image, found);
        const int count = std::min(static_cast<int>(found.size()), capacity);
        for (int i = 0; i < count; ++i) {
            const auto& r = found[i].rect;
            const double face[] = {double(r.left()), double(r.top()), double(r.right()), double(r.bottom()),
                                   found[i].detection_confidence};
            std::copy(std::begin(face), std::end(face), faces + 5 * i);
        }
        return count;
    } catch (const std::exception&) {
        return -1;
    }
}

// Places the model's points inside the face rectangle 'face' (left, top, right, bottom); writes x, y per point.
MER_API int mer_dlib_landmarks(const void* model, const std::uint8_t* grey, int rows, int columns, int stride,
                               const double* face, float* points) {
    try {
        dlib::array2d<unsigned char> image;
        copy({grey, rows, columns, stride}, image);
        const dlib::rectangle rect(std::lround(face[0]), std::lround(face[1]), std::lround(face[2]),
                                   std::lround(face[3]));
        const auto shape = (*static_cast<const dlib::shape_predictor*>(model))(image, rect);
        for (unsigned long i = 0; i < shape.num_parts(); ++i) {
            points[2 * i] = static_cast<float>(shape.part(i).x());
            points[2 * i + 1] = static_cast<float>(shape.part(i).y());
        }
        return 0;
    } catch (const std::exception&) {
        return -1;
    }
}
