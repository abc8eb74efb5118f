require ["include", "variables"];

global "name";
set "name" "Alice";
