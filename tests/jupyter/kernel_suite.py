"""Jupyter's own kernel test suite (jupyter_kernel_test) on the installed kernel.

kernel_suite.py [KERNEL_NAME]. The last line is 'N passed, N failed'."""
import queue
import sys
import unittest

import jupyter_kernel_test
from jupyter_client.utils import run_sync

# The suite waits a tenth of a second for a message that follows another: no measure on a busy machine.
jupyter_kernel_test.TIMEOUT = 120
jupyter_kernel_test.run_sync = lambda get: lambda timeout: run_sync(get)(timeout=max(timeout, 30))


class CSharpTests(jupyter_kernel_test.KernelTests):
    def flush_channels(self):
        for channel in (self.kc.shell_channel, self.kc.iopub_channel):
            try:
                while True:
                    run_sync(channel.get_msg)(timeout=0.5)
            except queue.Empty:
                pass

    kernel_name = sys.argv[1] if len(sys.argv) > 1 else "csharp-mer"
    language_name = "C#"
    file_extension = ".cs"
    code_hello_world = 'Console.WriteLine("hello, world");'
    code_stderr = 'Console.Error.WriteLine("oops");'
    completion_samples = [
        {"text": "Console.WriteLi", "matches": {"WriteLine"}},
        {"text": "var sb = new StringBu", "matches": {"StringBuilder"}},
    ]
    complete_code_samples = ["1 + 1", "var x = 3;", "int F(int a)\n{\n    return a;\n}"]
    incomplete_code_samples = ["int F(int a)\n{", "var s = @\"open", "Console.WriteLine("]
    invalid_code_samples = ["var 1 = 2;"]
    code_execute_result = [{"code": "1 + 2", "result": "3"}, {"code": "null", "result": "<null>"}]
    code_display_data = [{"code": 'HTML("<b>x</b>").Display();', "mime": "text/html"}, {"code": 'display("x");', "mime": "text/plain"}]
    code_generate_error = 'throw new InvalidOperationException("wrong");'
    code_page_something = ""
    code_inspect_sample = "Math.Max"
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_clear_output = "clear_output();"


# Jupyter's template skips what has no sample; a kernel has no pager.
result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CSharpTests))
failed = len(result.failures) + len(result.errors)
print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
sys.exit(failed > 0)
