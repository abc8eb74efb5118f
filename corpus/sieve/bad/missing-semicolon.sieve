# The `;` after the first command is missing.
require "fileinto";
fileinto "Amis"
stop;
