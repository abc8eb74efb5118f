/* before require */ require /* list */ [ # open
  "fileinto" /* first */ , # comma
  "copy" ] /* end */ ;
if /* a test */ not # a negation
  header /* type */ :is # names
  [ "X-Absent" /* one */ ] /* keys */ [ "a" , # two
    "b" ] /* block */ {
  /* ; } " */ # ; } "
  fileinto /* tag */ :copy /* name */ "A /* not a comment */ # nor this" /* end */ ;
} # no else
/* the last ** comment * / is closed here */
