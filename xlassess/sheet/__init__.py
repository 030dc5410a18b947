"""Our dialect of XlsxWriter: formats, checked writes, charts."""
