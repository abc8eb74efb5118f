# It is "ge", not ">=".
require ["relational", "comparator-i;ascii-numeric"];
if header :value ">=" :comparator "i;ascii-numeric" "X-Priority" "3" { keep; }
