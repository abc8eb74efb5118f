# A backslash takes the next character as it is: \n is only the letter n.
require ["fileinto", "copy"];
fileinto :copy "a\"b\\c";
fileinto :copy "\n\o\r\m\a\l";
if header :is "\Subject" "L\unch \on Thursday" { fileinto :copy "\✓"; }
if header :contains "Subject" ["two
lines", "Thursday"] { fileinto :copy "Tabbed"; }
