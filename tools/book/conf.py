# SPDX-License-Identifier: MIT
"""conf.py - how Sphinx sets the handbook; tools/book/build.py runs it."""
import subprocess

from docutils import nodes
from sphinx.transforms.post_transforms.images import ImageConverter

project = "Pagoda"
author = ""
copyright = "its authors, under the MIT licence"
html_title = "Pagoda"

extensions = ["myst_parser"]
root_doc = "index"
myst_heading_anchors = 3
highlight_language = "none"             # most blocks are pictures and sessions
smartquotes_action = "qe"               # quotes and dots; "--" is an option

html_theme = "furo"
html_theme_options = {name: {"code-font-size": "75%"}
                      for name in ("light_css_variables", "dark_css_variables")}
html_static_path = ["static"]
html_css_files = ["wide.css"]
html_show_sphinx = False
html_show_sourcelink = False
html_copy_source = False

latex_engine = "xelatex"
latex_documents = [("index", "pagoda.tex", "Pagoda", "A handbook", "manual")]
latex_toplevel_sectioning = "part"
latex_domain_indices = False
latex_elements = {
    "papersize": "a4paper",
    "pointsize": "10pt",
    "extraclassoptions": "openany,oneside",
    "fncychap": "",
    "printindex": "",
    # One family that has the letters of prose and the lines of the pictures.
    "fontpkg": r"""
\setmainfont{DejaVu Serif}[Scale=0.9]
\setsansfont{DejaVu Sans}[Scale=0.9]
\setmonofont{DejaVu Sans Mono}[Scale=0.82]
""",
    "sphinxsetup": "verbatimwithframe=false, VerbatimColor={rgb}{0.96,0.96,0.96}, "
                   "hmargin={22mm,22mm}, vmargin={25mm,25mm}, HeaderFamily=\\sffamily\\bfseries",
    # Sphinx would call the contents by the name of the first part.
    "tableofcontents": r"\renewcommand{\contentsname}{Contents}\sphinxtableofcontents",
    # 125 columns of a picture fit between the margins.  Tables are small and ragged.  What a
    # part holds stands below its name.
    "preamble": r"""
\fvset{fontsize=\fontsize{7.5}{9}\selectfont}
\makeatletter
\let\justifiedcell\@arrayparboxrestore
\newcommand{\tablesize}{\small}
\newcommand{\tablestyle}{\tablesize\def\@arrayparboxrestore{\justifiedcell\rightskip\@flushglue}}
\AtBeginEnvironment{tabular}{\tablestyle}
\AtBeginEnvironment{longtable}{\tablestyle}
\renewcommand{\@endpart}{\vskip 2em}
\patchcmd{\l@chapter}{1.5em}{2.4em}{}{}
\makeatother
\setcounter{tocdepth}{0}
\sloppy
""",
}


class FigureForPaper(ImageConverter):
    """LaTeX takes no SVG."""
    conversion_rules = [("image/svg+xml", "application/pdf")]

    def is_available(self):
        return True

    def convert(self, _from, _to):
        subprocess.run(["rsvg-convert", "--format=pdf", "--output", str(_to), str(_from)], check=True)
        return True


MANY_COLUMNS = 24               # are set in tiny letters, close to each other


def column_width(cells, margin):
    """As much as the text of CELLS asks for, within limits; a word and MARGIN always fit."""
    word = max((len(word) for cell in cells for word in cell.split()), default=0)
    return max(min(max(len(cell) for cell in cells), 50), word + margin)


def shrink(table):
    begin, end = (nodes.raw("", text, format="latex") for text in (
        r"\begingroup\renewcommand{\tablesize}{\tiny}\setlength{\tabcolsep}{1pt}", r"\endgroup"))
    place = table.parent.index(table)
    table.parent.insert(place + 1, end)
    table.parent.insert(place, begin)


def set_widths(app, doctree, _docname):
    """Without widths LaTeX does not break lines in tables of more than a page."""
    if app.builder.format != "latex":
        return
    for table in list(doctree.findall(nodes.table)):
        rows = [[entry.astext() for entry in row.children] for row in table.findall(nodes.row)]
        many = len(rows[0]) > MANY_COLUMNS
        for spec, cells in zip(table.findall(nodes.colspec), zip(*rows)):
            spec["colwidth"] = column_width(cells, 1 if many else 3)
        if many:
            shrink(table)
        table["classes"].append("colwidths-given")


def setup(app):
    app.add_post_transform(FigureForPaper)
    app.connect("doctree-resolved", set_widths)
    return {"parallel_read_safe": True}
