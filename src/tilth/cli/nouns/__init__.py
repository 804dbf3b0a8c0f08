"""One noun of the command line per file: `tilth NOUN VERB …`."""
