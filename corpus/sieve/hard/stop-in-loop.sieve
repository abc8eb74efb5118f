# `stop` ends the script from inside a loop; actions so far are done.
require ["foreverypart", "mime", "fileinto", "copy"];
foreverypart { fileinto :copy "Boucle"; if true { stop; } }
discard;
