# Global variables are seen in every included script; here there is only one.
require ["variables", "include", "fileinto"];
global ["folder", "unused"];
global "twice";
set "folder" "Global";
set "global.twice" "${folder}/Deux";
if string :is "${global.folder}" "Global" { fileinto "${twice}"; }
include :once :optional :personal "absent";
return;
discard;
