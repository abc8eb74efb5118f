# `if` needs a block, even for one command.
if true keep;
