# `not` takes any test, also another `not`.
if not not not not true {
    if not not false { discard; }
} else { discard; }
