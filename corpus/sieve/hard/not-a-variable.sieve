# What is not a variable reference stays as it is.
require ["variables", "fileinto", "copy"];
set "a" "1";
fileinto :copy "x${";
fileinto :copy "${}x";
fileinto :copy "$${a}";
fileinto :copy "x${a";
fileinto :copy "${A}${a}";
fileinto :copy "${é}";
fileinto :copy "${missing}empty";
fileinto :copy "${ a }";
