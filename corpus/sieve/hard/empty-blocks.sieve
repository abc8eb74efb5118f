# Blocks may be empty, and an empty script is a script.
if true { }
elsif true {}
else{
}
if false {} if true {if true {} }
if anyof (true) { } else { discard; }
