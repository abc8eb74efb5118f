# `require` must come before all other commands.
keep;
require "fileinto";
