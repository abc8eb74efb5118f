# Nothing may follow `else`.
if true { keep; } else { stop; } elsif false { discard; }
