# A method is a URI: "mailto:" is missing.
require "enotify";
notify "marie@example.org";
