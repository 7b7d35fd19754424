import subprocess
import sys

# Above the 32 MiB from which glibc hands every freed block back at once, unless it is told not to.
PROGRAM = """
import sys
from cvat_sam.models.backends.malloc import keep_freed_pages

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

if sys.argv[1] == "keep":
    assert keep_freed_pages()
block = bytearray(b"x") * (64 << 20)
held = resident()
del block
print(held - resident() < 8 << 20)
"""


def kept(word):
    return subprocess.check_output([sys.executable, "-c", PROGRAM, word], text=True).strip()


def test_freed_memory_stays_where_it_was_asked_to_and_only_there():
    assert kept("keep") == "True"
    assert kept("leave") == "False"
