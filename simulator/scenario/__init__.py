"""What to measure: the YAML a person writes, checked, and the cells that it stands for.

`load.load` reads a file, `model.Scenario` is what comes out, `cells.expand` lists what will be measured.
"""
