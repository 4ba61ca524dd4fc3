"""The lab: a page on which a person moves sliders, sees what the model answers, and has it measured."""
