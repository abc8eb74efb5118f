-- What an installation's rspamd.lua does, in small.
config['regexp'] = {}
dofile(rspamd_paths['RULESDIR'] .. '/headers.lua')
local util = require 'rspamd_util'
if util.file_exists(rspamd_paths['LOCAL_CONFDIR'] .. '/rspamd.local.lua') then
  dofile(rspamd_paths['LOCAL_CONFDIR'] .. '/rspamd.local.lua')
end
