// Floor of every start: what Node itself takes.
process.exitCode = 0;
