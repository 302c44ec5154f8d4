"""What failing commands print → what that says: signs, in the words of the tools that print them.

Each line of a table is a regular expression, searched for in lines that speak of an error.
"""

# ruff: noqa: E501 - one sign is one line

from __future__ import annotations

import re

COULD_NOT_BE_HAD = "a package or program could not be had here"
OTHER_PYTHON = "it needs another version of Python than the sandbox has"
NOBODYS = (
    (
        "it needs the network beyond the package index, and the sandbox has none",
        r"Could not resolve host", r"Temporary failure in name resolution", r"Name or service not known",
        r"Network is unreachable", r"URLError", r"ProxyError", r"NewConnectionError", r"MaxRetryError",
        r"Max retries exceeded", r"gaierror", r"ConnectTimeout", r"ReadTimeout",
        r"Connection (?:refused|reset|timed out|aborted)", r"Tunnel connection failed",
        r"ConnectionError", r"SSLError", r"SSLCertVerification", r"RemoteDisconnected", r"HTTPError",
        r"HTTP Error \d", r"dns error", r"error sending request", r"Could not fetch URL",
        r"We couldn't connect to", r"LocalEntryNotFoundError", r"ClientConnectorError",
        r"Failed to connect to", r"unable to access 'http", r"SocketException", r"ERR_NETWORK",
        r"YFPricesMissingError", r"YFRateLimit", r"No price data found",
    ),
    (
        "it needs a GPU, and the sandbox has none",
        r"No CUDA GPUs", r"not compiled with CUDA", r"Found no NVIDIA", r"libcuda",
        r"CUDA (?:error|is not available|driver|out of memory|device)", r"nvidia-smi", r"cudaGetDevice",
        r"[Rr]equires? (?:a |an )?(?:GPU|CUDA)", r"no GPU", r"GPU (?:is )?(?:not|required)", r"MPS",
        r"cuInit",
    ),
    (
        "it ran into a limit of the sandbox",
        r"MemoryError", r"Cannot allocate memory", r"No space left on device", r"Disk quota exceeded",
        r"Resource temporarily unavailable", r"Too many open files", r"Read-only file system",
        r"can't start new thread", r"std::bad_alloc", r"DefaultCPUAllocator", r"Errno 28", r"Errno 30",
        r"Bus error", r"failed to map segment", r"Operation not permitted", r"shared memory",
    ),
    (
        "it asks for input, and nobody answers here",
        r"EOF when reading a line", r"EOFError", r"Inappropriate ioctl", r"not a (?:tty|terminal)",
        r"the input device is not a TTY", r"^Aborted!$", r"termios", r"getpass", r"stdin is not",
        r"must be run (?:in|from) a terminal",
    ),
    (
        "it opens a window, and the sandbox has no screen",
        r"no display name", r"cannot connect to X", r"couldn't connect to display",
        r"could not connect to display", r"qt\.qpa", r"TclError", r"pygame\.error: No available video",
        r"DISPLAY", r"libGL\.so", r"GLEW", r"glfw",
    ),
    (
        "it needs a key or an account of the reader's own",
        r"API[_ ]?KEY", r"api_key", r"AuthenticationError", r"Unauthorized", r"401 Client",
        r"403 Client", r"credentials", r"ACCESS_TOKEN", r"_TOKEN\b", r"_SECRET\b", r"gated repo",
        r"wandb: ERROR", r"wandb login", r"kaggle\.json", r"Permission denied \(publickey",
        r"could not read Username",
    ),
    (
        OTHER_PYTHON,
        r"requires a different Python", r"requires-python", r"requires Python", r"Requires-Python",
        r"No interpreter found", r"python_requires", r"supports Python",
        r"not (?:compatible|supported) (?:with|by|on) (?:this |the current )?Python",
        r"Python (?:version )?[\d.]+ (?:or|and) (?:higher|newer|above)", r"current project's Python",
        r"Unsupported Python version", r"pyenv: version", r"InterpreterNotFound",
        r"could not find python interpreter", r"missing interpreter", r"Python \S+ not found",
        r"Failed to find interpreter",
    ),
    (
        COULD_NOT_BE_HAD,
        r"cannot open shared object", r"error: command '[^']*' failed", r"Microsoft Visual C",
        r"pkg-config", r"CMake Error", r"cmake: ", r"gcc: ",
        r"failed to execute (?:posixpath|PosixPath)", r"make sure the Graphviz executables", r"ffmpeg",
        r"fatal error: .*\.h: No such file", r"Failed building wheel", r"Failed to build `",
        r"failed-wheel-build", r"Rust compiler", r"No matching distribution",
        r"Could not find a version", r"No solution found", r"no wheels? ", r"not a supported wheel",
        r"ResolutionImpossible", r"externally-managed", r"conda: error", r"subprocess-exited-with-error",
        r"metadata-generation-failed", r"operator torchvision::\w+ does not exist",
    ),
)  # fmt: skip
"""Why it is nobody's fault, and the signs of it."""

THEIRS = (
    (
        "There is nothing here that could be installed: no pyproject.toml, no setup.py.",
        "Write a pyproject.toml, or install requirements instead.",
        r"neither 'setup\.py' nor 'pyproject\.toml' found", r"does not appear to be a Python project",
    ),
    (
        "pip can't read what the pyproject.toml requires for building.",
        "Write each requirement as `name>=version`; the Python goes into `requires-python`.",
        r"invalid `build-system\.requires`", r"invalid-pyproject-build-system-requires",
    ),
    (
        "There is no pyproject.toml here.",
        "Commit it, or say in which folder to run this.",
        r"No `?pyproject\.toml`? found", r"could not find a pyproject\.toml",
    ),
    (
        "The Makefile has no such target, or there is none.",
        "Commit the Makefile with this target, or correct its name.",
        r"No rule to make target '?([^'\n]*)'?", r"No targets specified and no makefile found",
    ),
    (
        "There is no such session for nox.",
        "Commit a noxfile.py that has it.",
        r"Failed to load Noxfile", r"Sessions? not found",
    ),
    (
        "A line of the requirements is no requirement.",
        "Correct that line.",
        r"Invalid requirement: ?(.*)", r"InvalidRequirement",
    ),
    (
        "There is no package sklearn to install: it is called scikit-learn.",
        "Write scikit-learn.",
        r"The 'sklearn' PyPI package is deprecated",
    ),
    (
        "The pyproject.toml can't be read.",
        "Correct the line that is shown.",
        r"Failed to parse:? `?pyproject\.toml", r"TOML parse error", r"TOMLDecodeError", r"Invalid TOML",
        r"pyproject\.toml.*(?:is not valid|invalid)",
    ),
    (
        "The package can't be built: setuptools does not know which folders belong to it.",
        "Name the packages in pyproject.toml.",
        r"Multiple top-level (?:packages|modules) discovered",
    ),
    (
        "The lock file does not fit pyproject.toml.",
        "Lock again, and commit the file.",
        r"pyproject\.toml changed significantly since poetry\.lock",
        r"lockfile.*needs to be updated.*--locked",
    ),
)  # fmt: skip
"""What the repository lacks, what to do about it, and the signs: whatever happened before, only it can repair that."""

NO_FILE = (
    r"can't open file '([^'\n]+)'",
    r"[Cc]ould not open requirements file:.*?'([^'\n]+)'",
    r"(?:requirements|constraints) file(?: not found)?: `?'?([\w./-]+)",
    r"File not found: `([^`\n]+)`",
    r"ERROR: (?:file or directory not found|not found): (\S+)",
    r"^(?:\S*bash|\S*/typed\d+|\S*/script\d+\.sh|sh|make|cd)?:? ?(?:line \d+: )?(?:cd: )?([\w./~-]+): No such file or directory",
    r"(?:cannot stat|cannot access|cannot open|can't read) '?([^':\n]+)'?:? No such file",
    r"Error: Invalid value for '\S+': (?:Path|File) '([^'\n]+)' does not exist",
    r"EnvironmentFileNotFound: '([^'\n]+)'",
)  # fmt: skip
"""A file that isn't there; the first group is its path."""

NO_PACKAGE = (
    r"No matching distribution found for ([A-Za-z0-9][\w.-]*)",
    r"Because (?:only )?([A-Za-z0-9][\w.-]*?)(?:\[[\w,-]*\])? was not found in the (?:package registry|provided package locations)",
    r"Could not find a matching version of package ([A-Za-z0-9][\w.-]*)",
)  # fmt: skip
"""A package that could not be found; the first group is its name."""

NO_PROGRAM = (
    r"(?:line \d+: |bash: |sh: \d+: |sh: |make: )([\w./+-]+): (?:command )?not found",
    r"Failed to spawn: `([^`\n]+)`",
    r"Command not found: (\S+)",
    r"make: ([\w.-]+): No such file or directory",
    r"error: executable '([^']+)' not found",
    r"nox > Program (\S+) not found",
)  # fmt: skip
"""A program that isn't there; the first group is its name."""

SYSTEM_PROGRAMS = frozenset([
    "7z", "R", "Rscript", "apk", "apptainer", "apt", "apt-get", "asdf", "aws", "az", "brew", "call",
    "cargo", "choco", "clang", "cls", "cmake", "code", "conda", "copy", "curl", "del", "dir", "direnv",
    "dnf", "docker", "docker-compose", "dot", "dvc", "emacs", "explorer", "ffmpeg", "firefox", "fish",
    "flyctl", "g++", "gcc", "gcloud", "gh", "git-lfs", "go", "google-chrome", "hatch", "heroku", "htop",
    "hub", "java", "javac", "jq", "julia", "jupyter", "jupyter-lab", "jupyter-notebook", "just",
    "kaggle", "kubectl", "latex", "less", "mamba", "man", "matlab", "micromamba", "modal", "module",
    "more", "mvn", "nano", "nix", "node", "nohup", "npm", "npx", "nvcc", "nvidia-smi", "nvm", "ollama",
    "open", "pacman", "pandoc", "pdflatex", "pdm", "pipenv", "pipx", "pixi", "podman", "powershell",
    "pwsh", "pyenv", "rem", "rustup", "rye", "safari", "sbatch", "screen", "service",
    "set-executionpolicy", "singularity", "snap", "srun", "start", "sudo", "svn", "systemctl", "task",
    "terraform", "time", "tmux", "tree", "unzip", "vi", "vim", "wget", "winget", "wsl", "xdg-open",
    "xvfb-run", "yarn", "yum", "zip", "zsh",
])  # fmt: skip
"""Programs that no Python package brings, or that readers have as they like: the sandbox has few of them."""

PYTHON_PROGRAMS = {
    "pytest": "pytest", "py.test": "pytest", "ipython": "ipython", "streamlit": "streamlit",
    "flask": "flask", "uvicorn": "uvicorn", "gunicorn": "gunicorn", "tensorboard": "tensorboard",
    "torchrun": "torch", "accelerate": "accelerate", "black": "black", "ruff": "ruff", "mypy": "mypy",
    "flake8": "flake8", "pylint": "pylint", "isort": "isort", "coverage": "coverage",
    "mkdocs": "mkdocs", "sphinx-build": "sphinx", "pre-commit": "pre-commit", "nbconvert": "nbconvert",
    "papermill": "papermill", "wandb": "wandb", "mlflow": "mlflow", "tox": "tox", "nox": "nox",
    "poetry": "poetry", "celery": "celery", "fastapi": "fastapi", "gradio": "gradio",
    "nosetests": "nose", "pyright": "pyright", "pytest-cov": "pytest-cov", "marimo": "marimo",
    "hydra": "hydra-core", "invoke": "invoke", "cython": "cython", "virtualenv": "virtualenv",
    "pip-compile": "pip-tools", "twine": "twine", "bandit": "bandit", "django-admin": "django",
}  # fmt: skip
"""Programs that come as Python packages: who lists the package gets the program."""

CALLED = {"torch": ("PyTorch",), "sklearn": ("sklearn",), "cv2": ("OpenCV",), "PIL": ("Pillow",)}
"""Module → what people call it beside its own and its package's name."""
PACKAGE_OF = {
    "cv2": "opencv-python", "PIL": "pillow", "sklearn": "scikit-learn", "yaml": "pyyaml",
    "bs4": "beautifulsoup4", "skimage": "scikit-image", "dotenv": "python-dotenv",
    "Crypto": "pycryptodome", "dateutil": "python-dateutil", "git": "gitpython", "umap": "umap-learn",
}  # fmt: skip
"""Modules whose package is called otherwise."""

NEEDS_SYSTEM = frozenset([
    "_bz2", "_ctypes", "_curses", "_lzma", "_sqlite3", "_tkinter", "readline", "tkinter", "turtle",
])  # fmt: skip
"""Modules of Python's own that a system may leave out."""

ERROR_LINE = re.compile(
    r"^(?:E\s|\s*[\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Failed)\b|.*\b(?:error|ERROR|Error|fatal|FATAL|failed|Failed|cannot|[Cc]ould not|couldn't|unable|Aborted|not found|No such|No rule|[Rr]equires?|needs?|No interpreter|Permission|[Nn]ot a)\b)"
)
"""A line that speaks of an error."""
