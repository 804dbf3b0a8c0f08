"""The command line: `tilth NOUN VERB …` and short verbs for daily acts."""
