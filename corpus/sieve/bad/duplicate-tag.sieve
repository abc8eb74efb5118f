# `:copy` stands twice.
require ["fileinto", "copy"];
fileinto :copy :copy "Archives";
