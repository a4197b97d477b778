"""How things look in notebooks: HTML and inline SVG made of plain data, and a line for terminals.

Whatever comes from outside (labels, paths, reasons) is escaped where it is put into a page, by `markup.text`.
"""
