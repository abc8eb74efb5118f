# A multi-line text keeps its last line end, which a header value never has;
# it is CR LF, also in a file with bare line feeds.
require ["fileinto", "variables", "copy", "encoded-character"];
set "t" text:
..Lunch
.
;
if string :is "${t}" ".Lunch${hex:0d 0a}" { fileinto :copy "CRLF"; }
if string :matches "${t}" "?Lunch??" { fileinto :copy "Deux octets"; }
if string :is "${t}" ".Lunch" { discard; }
