# `discard` takes no argument.
discard "now";
