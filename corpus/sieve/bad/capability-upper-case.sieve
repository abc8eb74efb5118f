# Capability names are compared with their case: "FileInto" is unknown.
require "FileInto";
