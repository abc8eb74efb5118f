# A list has at least one string.
if header :is "Subject" [] { keep; }
