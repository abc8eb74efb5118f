# Variables are set with a command, not with `=`.
require "variables";
folder = "Amis";
