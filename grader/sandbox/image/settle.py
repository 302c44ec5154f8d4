"""Runs while an image is built: makes one environment's packages importable and compiles them.

Sandboxes are read-only, so what isn't compiled here is compiled again at every start (torch: 2 s each time).
``unchecked-hash`` also spares the look at each source file's time.
"""

import compileall
import py_compile
import shutil
import site
import sys
import sysconfig
from pathlib import Path

name = sys.argv[1]
packages = f"/opt/packages/{name}"
site_packages = site.getsitepackages()[0]
standard_library = sysconfig.get_path("stdlib")


def settled(folder: str) -> None:
    """Compile everything below the folder."""
    compileall.compile_dir(
        folder,
        quiet=2,
        workers=0,
        force=True,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


# A .pth works where PYTHONPATH doesn't: sandboxes run `python3 -I`.
Path(site_packages).mkdir(parents=True, exist_ok=True)
Path(site_packages, f"grader-{name}.pth").write_text(f"{packages}\n/opt/grader\n")
settled(packages)

if name == "numpy":  # the first layer: python:slim ships its library uncompiled, and with pip
    for installer in (
        "pip*",
        "setuptools*",
        "wheel*",
        "pkg_resources",
        "_distutils_hack",
        "distutils-precedence.pth",
    ):
        for place in (Path(site_packages), Path(sys.executable).parent):
            for path in place.glob(installer):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(f"{standard_library}/ensurepip", ignore_errors=True)
    settled(standard_library)
    for mount in ("/opt/grader/grader", "/rpc", "/submission", "/course", "/data"):
        Path(mount).mkdir(parents=True, exist_ok=True)
