# No server offers the extension "filinto".
require ["filinto"];
