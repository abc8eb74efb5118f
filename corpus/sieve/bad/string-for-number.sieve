# `:days` needs a number, not a string.
require "vacation";
vacation :days "7" "Je suis absente.";
