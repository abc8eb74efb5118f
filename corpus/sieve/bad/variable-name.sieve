# A variable name must not begin with a digit.
require "variables";
set "1er" "oui";
