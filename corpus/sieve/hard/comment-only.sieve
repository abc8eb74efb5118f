# No command at all: the message is kept.
/* nothing */
