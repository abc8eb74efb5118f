# One `}` too many.
if true {
    keep;
}
}
