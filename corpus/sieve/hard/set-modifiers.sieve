# Modifiers work in the order of their precedence, whatever the order in the script.
require ["variables", "fileinto", "copy", "enotify"];
set "a" "jUMBO été*";
set :length "n" "${a}";
set :upperfirst :lower "b" "${a}";
set :upper :lowerfirst "c" "${a}";
set :quotewildcard "d" "a*b?c\\";
set :length :quotewildcard "e" "a*b?c\\";
set :encodeurl "f" "é & co/";
fileinto :copy "n ${n}";
fileinto :copy "${b}";
fileinto :copy "${c}";
fileinto :copy "d ${d}";
fileinto :copy "e ${e}";
fileinto :copy "f ${f}";
