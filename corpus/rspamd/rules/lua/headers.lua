local reconf = config['regexp']

reconf['ALL_CAPS'] = {
  re = string.format('%s & !%s', 'Subject=/^[^a-z]{8,}$/H', 'header_exists(List-Id)'),
  score = 1.0,
  group = 'headers',
}

reconf['CLICK'] = { re = '/\\bclick\\b/{sa_body}i', score = 0.75 }

rspamd_config.CLEVER = {
  callback = function(task) return task:get_header('X-Clever') ~= nil end,
  score = 5,
}
