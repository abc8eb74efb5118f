# Upper and lower exclude each other.
require "variables";
set :upper :lower "a" "b";
