"""Sphinx settings: MyST pages in the four kinds of Diátaxis, and the API from the docstrings."""

from realtime_voice import __version__

project = "realtime_voice"
author = "The realtime_voice authors"
copyright = f"2026, {author}"  # noqa: A001 (Sphinx reads this name)
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
# ``type`` in an annotation is also the name of fields; which of them is not worth a warning.
suppress_warnings = ["ref.python"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"realtime_voice {version}"
