"""The program people type: command line, settings, web page, reports, and the embedded mode."""
