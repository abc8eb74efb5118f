# The text never ends: a line with one dot is missing.
require "reject";
reject text:
Cette adresse n'est plus utilisée.
;
