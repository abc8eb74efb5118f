# `fileinto` takes one mailbox, not a list.
require "fileinto";
fileinto ["A", "B"];
