# `require` is not allowed in a block.
if true { require "fileinto"; }
