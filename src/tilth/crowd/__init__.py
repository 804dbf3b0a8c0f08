"""Pure mathematics of the crowd: from many people's answers to one label, and to whom to trust."""
