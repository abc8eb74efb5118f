# `anyof` needs at least one test.
if anyof () { keep; }
