# Folder names are UTF-8: accents, an ampersand, other scripts.
require ["fileinto", "copy", "mailbox"];
fileinto :copy :create "Réservations & Événements";
fileinto :copy :create "Сообщения/日本語";
fileinto :copy :create "📁 Dossier";
