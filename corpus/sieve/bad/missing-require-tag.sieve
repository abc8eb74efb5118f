# `:copy` needs `require "copy"`.
require "fileinto";
fileinto :copy "Archives";
