"""One short verb of the command line per file: `tilth VERB …`."""
