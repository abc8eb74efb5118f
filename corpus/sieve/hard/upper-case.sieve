# Commands, tests and tags have no case; capabilities do.
REQUIRE ["fileinto", "imap4flags"];
IF ALLOF (NOT FALSE, Header :Contains "SUBJECT" "LUNCH") {
    AddFlag "\\SEEN";
    FileInto :FLAGS "\\flagged" "Repas";
} ELSIF TRUE {
    KEEP;
} ELSE {
    DISCARD;
}
STOP;
