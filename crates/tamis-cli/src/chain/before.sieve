# Runs before every user's scripts, as the administrator's first script of a mailcow server does:
# messages of chat programs go into a folder of their own.
require ["fileinto", "mailbox"];

if exists "Chat-Version" {
    fileinto :create "DeltaChat";
    stop;
}
