# `break` only makes sense in a loop.
require "foreverypart";
break;
