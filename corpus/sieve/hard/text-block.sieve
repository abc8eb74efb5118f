# Blanks and a comment may follow `text:`; two dots at the start of a line are one.
require ["reject"];
if header :is "Subject" text: # this is no part of the text
Lunch on Thursday
.
{ discard; }
reject text:   	
..dot
 . indented
...
"quotes" \n ${stay}

.
;
