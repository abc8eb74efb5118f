# The draft of 2001 that mailcow still enables; `denotify` takes back by importance.
require ["notify"];
notify :method "mailto" :options "paul@example.com" :id "one" :low :message "From $from$: $subject$";
notify :method "mailto" :options ["zoe@example.net"] :high :message "Now";
denotify :low;
