# The last string never ends.
require "fileinto";
fileinto "Factures;
