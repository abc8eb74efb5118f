pub const COMMAND: &str = "tamis.runOnSample";
