# Flags that do not exist are left out, with a warning.
require ["imap4flags", "fileinto"];
addflag ["\\Unknown", "$ok", "(bad)", "\\Recent", "two words"];
fileinto "Drapeaux";
