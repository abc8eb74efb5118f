# A multi-line text in a file with CR LF line ends.
require ["variables", "fileinto", "encoded-character"];
set "t" text:
one
..two
.
;
if string :is "${t}" "one${hex:0d 0a}.two${hex:0d 0a}" { fileinto "Même"; }
