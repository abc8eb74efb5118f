# A header name has no blank.
require "editheader";
addheader "X Label" "rouge";
