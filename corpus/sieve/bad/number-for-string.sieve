# A mailbox name is a string, not a number.
require "fileinto";
fileinto 2026;
