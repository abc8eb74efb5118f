# Only the administrator's scripts may start programs.
require "vnd.dovecot.pipe";
pipe "program";
