# `error` ends the script at run time, and takes back its actions.
require ["ihave", "fileinto"];
fileinto "Jamais";
if not ihave "vnd.example.unknown" { error "this server is too old"; }
