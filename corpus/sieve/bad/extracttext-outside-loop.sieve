# `extracttext` works on the current part of a loop.
require ["foreverypart", "extracttext", "variables"];
extracttext "text";
