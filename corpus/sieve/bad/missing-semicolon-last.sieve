# The last command of a block needs its `;` too.
if true { stop }
