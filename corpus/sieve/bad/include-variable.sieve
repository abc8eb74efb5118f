# The included name is not a constant.
require ["include", "variables"];
set "name" "regles";
include "${name}";
