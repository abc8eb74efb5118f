# The `:from` of an answer is one valid address.
require "vacation";
vacation :from "Marie Dupont" "Je suis absente.";
