"""Charts of the studio as SVG, drawn on the server: values become places and paths. Pure."""
