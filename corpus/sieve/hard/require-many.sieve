# Several requires, twice the same, one string or a list.
require "fileinto";
require ["fileinto", "copy", "copy"];
require "comparator-i;octet";
require ["comparator-i;ascii-casemap", "comparator-i;ascii-numeric"];
fileinto :copy "Oui";
