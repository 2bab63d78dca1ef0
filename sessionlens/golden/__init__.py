"""What recordings show, written down, and compared later: the regression tool for any team's CI.

A golden is a text file that says what the screens of one recording were. `checking.check` compares,
`updating.update` writes anew, `plugin` is pytest's fixture `sl_golden`. Nothing is imported here: pytest
loads this at every start.
"""
