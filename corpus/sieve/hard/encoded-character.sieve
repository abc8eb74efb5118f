# Characters by number; what is not quite right stays as text.
require ["encoded-character", "fileinto", "copy"];
fileinto :copy "${unicode:c9 74 e9}";
fileinto :copy "${hex:4e}${HEX: 6f 65	6c }";
fileinto :copy "${unicode:1F4C1} ok";
fileinto :copy "${hex: 4f}${hex:04f}";
fileinto :copy "${hex:}x${hex:zz}";
fileinto :copy "$${hex:7b}hex:41}";
