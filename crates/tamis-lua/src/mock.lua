-- What surrounds Rspamd's rule files here: everything that they declare is noted, nothing is done.
-- `tamis` is the table of what Rust gives: `source(path)` and `exists(path)`.

local tamis = tamis
local noted = { regexp = {}, order = {}, callbacks = {}, callback_order = {}, selectors = {}, failures = {} }

-- Whatever a library has: it may be called, indexed and joined, and says nothing.
local anything = {}
local meta = {}
local function nothing() return setmetatable({}, meta) end
meta.__index = function(_, key)
  if key == 'class' or key == '__data' then return nil end
  return nothing()
end
meta.__call = function() return nothing() end
meta.__concat = function(a, b)
  return (type(a) == 'string' and a or '') .. (type(b) == 'string' and b or '')
end
meta.__tostring = function() return '' end
for _, event in ipairs({ '__add', '__sub', '__mul', '__div', '__mod', '__pow', '__unm' }) do meta[event] = function() return 0 end end
anything = nothing()

-- Rules of the module `regexp`, in the order of their definition; one that is set to nil is gone.
local function new_rules()
  noted.regexp, noted.order = {}, {}
  return setmetatable({}, {
    __index = function(_, name) return noted.regexp[name] end,
    __newindex = function(_, name, rule)
      if noted.regexp[name] == nil and rule ~= nil then table.insert(noted.order, name) end
      noted.regexp[name] = rule
    end,
  })
end

local rules = new_rules()
local settings = {}
config = setmetatable({}, {
  __index = function(_, key) if key == 'regexp' then return rules end return settings[key] end,
  __newindex = function(_, key, value)
    if key ~= 'regexp' then settings[key] = value return end
    rules = new_rules()
    if type(value) == 'table' then for name, rule in pairs(value) do rules[name] = rule end end
  end,
})

local function callback(name)
  if type(name) ~= 'string' then return {} end
  if not noted.callbacks[name] then
    noted.callbacks[name] = {}
    table.insert(noted.callback_order, name)
  end
  return noted.callbacks[name]
end

local function note(name, what)
  local known = callback(name)
  if type(what) ~= 'table' then return end
  known.score = tonumber(what.score or what.weight) or known.score
  for _, key in ipairs({ 'description', 'group' }) do
    if type(what[key]) == 'string' then known[key] = what[key] end
  end
end

local id = 0
local methods = {}
function methods.register_symbol(_, first, weight)
  id = id + 1
  if type(first) == 'table' then
    local kind = first.type
    if type(kind) == 'string' and kind:find('callback', 1, true) then return id end
    note(first.name, first)
  else
    note(first)
  end
  return id
end
function methods.register_virtual_symbol(_, name) note(name) id = id + 1 return id end
methods.register_symbols = function(_, _, ...)
  for _, name in ipairs({ ... }) do if type(name) == 'string' then note(name) end end
  id = id + 1
  return id
end
function methods.set_metric_symbol(_, first, score, description, _, group)
  if type(first) == 'table' then note(first.name, first) return true end
  note(first, { score = score, description = description, group = group })
  return true
end
function methods.register_re_selector(_, name, selector, delimiter)
  if type(name) == 'string' and type(selector) == 'string' then
    table.insert(noted.selectors, { name = name, selector = selector, delimiter = type(delimiter) == 'string' and delimiter or '' })
  end
  return true
end
for _, name in ipairs({ 'get_all_opt', 'get_module_opt', 'get_key', 'get_symbol_stat', 'get_metric_symbol', 'get_api_key' }) do
  methods[name] = function() return nil end
end
function methods.register_callback_symbol() id = id + 1 return id end
methods.register_callback_symbol_priority = methods.register_callback_symbol
methods.register_pre_filter = methods.register_callback_symbol
methods.register_post_filter = methods.register_callback_symbol

rspamd_config = setmetatable({}, {
  __index = function(_, key) return methods[key] or nothing() end,
  __newindex = function(_, name, value)
    if type(value) == 'table' then note(name, value) elseif value ~= nil then note(name) end
  end,
})

rspamd_paths = tamis.paths
rspamd_plugins, rspamd_env, rspamd_maps = {}, {}, {}
function rspamd_version() return tamis.version end

local modules = {}
modules.rspamd_util = setmetatable({ file_exists = function(path) return tamis.exists(path) end }, meta)
modules.bit = setmetatable({}, { __index = function() return function() return 0 end end })
function require(name) return modules[name] or nothing() end

-- A file that fails takes nothing with it but what it would have declared.
function dofile(path)
  local source = tamis.source(path)
  if source == nil then return nil end
  local chunk, why = tamis.load(source, path)
  if not chunk then table.insert(noted.failures, { path, tostring(why) }) return nil end
  local ok, result = pcall(chunk)
  if not ok then
    local text = tostring(result)
    if text:find('instruction', 1, true) or text:find('memory', 1, true) then error(result, 0) end
    table.insert(noted.failures, { path, text })
    return nil
  end
  return result
end

-- Texts that would be too large are refused before they are made.
local most = tamis.most_text
local rep, concat, gsub = string.rep, table.concat, string.gsub
function string.rep(text, count, between)
  if (#text + #(between or '')) * (tonumber(count) or 0) > most then error('memory: the text is too long', 2) end
  return rep(text, count, between)
end
function table.concat(list, between, first, last)
  local sum = 0
  for at = first or 1, last or #list do
    local item = list[at]
    sum = sum + (type(item) == 'string' and #item or 8) + #(between or '')
    if sum > most then error('memory: the text is too long', 2) end
  end
  return concat(list, between, first, last)
end
function string.gsub(text, pattern, replacement, count)
  if type(replacement) == 'string' and (#text + 1) * (#replacement + 1) > most * 16 then error('memory: the text is too long', 2) end
  return gsub(text, pattern, replacement, count)
end

return function()
  local out = { regexp = {}, callbacks = {}, selectors = noted.selectors, failures = noted.failures }
  for _, name in ipairs(noted.order) do
    local rule = noted.regexp[name]
    -- Defined, taken away and defined again it stands in the order twice.
    if rule ~= nil then
      noted.regexp[name] = nil
      local one = { name = name }
      if type(rule) == 'string' then
        one.re = rule
      elseif type(rule) == 'table' then
        local re = rule.re
        if rule.regexp ~= nil then re = rule.regexp end
        if type(rule.callback) ~= 'function' and type(re) == 'string' then one.re = re end
        one.full = true
        one.score = tonumber(rule.score)
        for _, key in ipairs({ 'description', 'group' }) do if type(rule[key]) == 'string' then one[key] = rule[key] end end
        for _, key in ipairs({ 'one_shot', 'any_shot', 'one_param' }) do one[key] = rule[key] == true end
        one.nshots, one.priority = tonumber(rule.nshots), tonumber(rule.priority)
        one.condition = type(rule.condition) == 'function'
        one.judged, one.groups = {}, {}
        if type(rule.re_conditions) == 'table' then
          for atom in pairs(rule.re_conditions) do if type(atom) == 'string' then table.insert(one.judged, atom) end end
          table.sort(one.judged)
        end
        if type(rule.groups) == 'table' then
          for _, group in ipairs(rule.groups) do if type(group) == 'string' then table.insert(one.groups, group) end end
        end
      end
      table.insert(out.regexp, one)
    end
  end
  for _, name in ipairs(noted.callback_order) do
    local known = noted.callbacks[name]
    known.name = name
    table.insert(out.callbacks, known)
  end
  return out
end
