// Calls functions of libtorch's C++ interface for a program that cannot catch C++ exceptions: one that reached the
// program would end it.
#include <exception>
#include <string>

namespace {

struct Words { long first, second; };

thread_local std::string message;

}  // namespace

/// Calls a function whose arguments are at most six whole numbers or pointers (x86-64, System V) and that returns
/// nothing, or at most two of them.
/// Returns null, or what the function threw.
extern "C" __attribute__((visibility("default"))) const char* mer_guarded_call(
    void* function, const long* arguments, long* result) {
  try {
    auto call = reinterpret_cast<Words (*)(long, long, long, long, long, long)>(function);
    auto words = call(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    result[0] = words.first;
    result[1] = words.second;
    return nullptr;
  } catch (const std::exception& e) {
    message = e.what();
  } catch (...) {
    message = "an exception without a message";
  }
  return message.c_str();
}
