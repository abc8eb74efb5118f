# It is `elsif`, not `else if`.
if false { keep; } else if true { discard; }
