# Tags come before the other arguments.
require ["fileinto", "copy"];
fileinto "Archives" :copy;
