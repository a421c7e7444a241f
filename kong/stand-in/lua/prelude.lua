-- The Lua side of the bridge. It defines the sandbox of pre-function and post-function (Kong's
-- tools/kong-lua-sandbox.lua), the tables `kong` and `ngx`, and the functions that run a phase.
--
-- A host function returns a code and values. 0: the values are its results. 1: raise an error with the value. 2: the
-- results arrive later. 3: the phase has ended. For 2 and 3 the coroutine of the snippet yields, as Kong's does in
-- kong.response.exit; after 3 it is never resumed.

local host, names = ...
local yield, create, resume, status = coroutine.yield, coroutine.create, coroutine.resume, coroutine.status
local unpack = table.unpack

local requests, current = {}, nil
local phase_arg = {}

local function finish(code, ...)
  if code == 0 then return ... end
  if code == 1 then error((...), 2) end
  if code == 2 then return finish(yield("wait")) end
  return yield("exit")
end

local function text(value)
  if type(value) == "string" then return value end
  if math.type(value) == "float" and value == math.floor(value) and value > -1e15 and value < 1e15 then
    return string.format("%d", value)
  end
  return tostring(value)
end

local function joined(...)
  local parts = table.pack(...)
  for i = 1, parts.n do parts[i] = text(parts[i]) end
  return table.concat(parts, "", 1, parts.n)
end

-- kong

local kong, functions = {}, {}
for index, name in ipairs(names) do
  local call = function(...) return finish(host(index, ...)) end
  functions[name] = call
  local at = kong
  local path = name:match("^kong%.(.+)$")
  if path then
    while true do
      local head, rest = path:match("^([^.]+)%.(.+)$")
      if not head then break end
      at[head] = at[head] or {}
      at, path = at[head], rest
    end
    at[path] = call
  end
end

for _, level in ipairs { "debug", "info", "notice", "warn", "err", "crit", "alert", "emerg" } do
  kong.log[level] = function(...) return finish(host(0, level, joined(...))) end
end
setmetatable(kong.log, { __call = function(_, ...) return kong.log.notice(...) end })

kong.ctx = setmetatable({}, { __index = function(_, key)
  if key == "shared" then return current.shared end
  if key == "plugin" then
    local name = current.plugin
    local own = current.own[name]
    if not own then
      own = {}
      current.own[name] = own
    end
    return own
  end
end })

-- ngx

local levels = { [0] = "stderr", "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" }
local ngx = {
  arg = phase_arg,
  OK = 0, ERROR = -1, null = setmetatable({}, { __tostring = function() return "null" end }),
  STDERR = 0, EMERG = 1, ALERT = 2, CRIT = 3, ERR = 4, WARN = 5, NOTICE = 6, INFO = 7, DEBUG = 8,
  now = functions["ngx.now"], encode_base64 = functions["ngx.encode_base64"],
  hmac_sha1 = functions["ngx.hmac_sha1"], exit = functions["ngx.exit"],
  req = { get_body_data = functions["ngx.req.get_body_data"] },
  var = setmetatable({}, {
    __index = function(_, key) return (functions["ngx.var"](key)) end,
    __newindex = function(_, key, value) functions["ngx.var="](key, value) end,
  }),
  ctx = setmetatable({}, {
    __index = function(_, key) return (functions["ngx.ctx"](key)) end,
    __newindex = function(_, key) error("the stand-in does not emulate setting ngx.ctx." .. tostring(key), 2) end,
  }),
  log = function(level, ...) return finish(host(0, levels[level] or "notice", joined(...))) end,
}
-- What is not emulated raises an error: otherwise a snippet would silently behave in another way than in Kong.
setmetatable(ngx, {
  __index = function(_, key) error("the stand-in does not emulate ngx." .. tostring(key), 2) end,
  __newindex = function(_, key) error("the stand-in does not emulate setting ngx." .. tostring(key), 2) end,
})

-- the sandbox

local base = {}
math.pow = math.pow or function(x, y) return x ^ y end
math.log10 = math.log10 or function(x) return math.log(x, 10) end
math.ldexp = math.ldexp or function(m, e) return m * 2.0 ^ e end
math.cosh = math.cosh or function(x) return (math.exp(x) + math.exp(-x)) / 2 end
math.sinh = math.sinh or function(x) return (math.exp(x) - math.exp(-x)) / 2 end
math.tanh = math.tanh or function(x) return math.sinh(x) / math.cosh(x) end
math.atan2 = math.atan2 or function(y, x) return math.atan(y, x) end
table.maxn = table.maxn or function(t)
  local max = 0
  for key in pairs(t) do if type(key) == "number" and key > max then max = key end end
  return max
end

local globals = { unpack = unpack, tostring = function(value)
  if math.type(value) == "float" then return text(value) end
  return tostring(value)
end }
for id in ([[
  _VERSION assert error ipairs next pairs pcall select tonumber tostring type unpack xpcall
  coroutine.create coroutine.resume coroutine.running coroutine.status coroutine.wrap coroutine.yield
  math.abs math.acos math.asin math.atan math.atan2 math.ceil math.cos math.cosh math.deg math.exp math.fmod math.floor
  math.frexp math.huge math.ldexp math.log math.log10 math.max math.min math.modf math.pi math.pow math.rad math.random
  math.sin math.sinh math.sqrt math.tan math.tanh os.clock os.date os.difftime os.time
  string.byte string.char string.find string.format string.gmatch string.gsub string.len string.lower string.match
  string.rep string.reverse string.sub string.upper table.concat table.insert table.maxn table.remove table.sort
]]):gmatch("%S+") do
  local module, method = id:match("([^%.]+)%.([^%.]+)")
  if module then
    base[module] = base[module] or {}
    base[module][method] = _G[module][method]
  else
    base[id] = globals[id] or _G[id]
  end
end
for _, name in ipairs { "coroutine", "math", "os", "string", "table" } do
  base[name] = setmetatable({}, { __index = base[name], __newindex = function(_, key)
    error("Can not modify " .. name .. "." .. tostring(key) .. ". Protected by the sandbox.", 2)
  end })
end

local function environment()
  local env = {}
  for key, value in pairs(base) do env[key] = value end
  env.kong, env.ngx, env._G = kong, ngx, env
  env.require = function(module) error("require '" .. tostring(module) .. "' not allowed within sandbox", 2) end
  return env
end

-- A chunk that returns a function runs only once; then the function runs for each request (Kong's 0.2.0+ style).
local function phase_function(source, name)
  local chunk, message = load(source, "=" .. name, "t", environment())
  if not chunk then error(message, 0) end
  local run, first = nil, true
  run = function()
    if not first then return chunk() end
    first = false
    local result = chunk()
    if type(result) == "function" then
      chunk = result
      chunk()
    end
  end
  return function() return run() end
end

local phases = {}

local function compile(sources, name)
  local list = {}
  for i, source in ipairs(sources) do list[i] = phase_function(source, name) end
  phases[#phases + 1] = function() for _, run in ipairs(list) do run() end end
  return #phases
end

-- A chunk of its own, run for its value each time.
local function expression(source, name)
  local chunk, message = load(source, "=" .. name, "t", environment())
  if not chunk then error(message, 0) end
  phases[#phases + 1] = chunk
  return #phases
end

-- requests

local function open(id) requests[id] = { shared = {}, own = {}, waiting = nil } end
local function close(id) requests[id] = nil end

local function step(request, co, ...)
  local ok, signal = resume(co, ...)
  if not ok then return "error", text(signal) end
  if status(co) == "dead" then return "done" end
  if signal == "exit" then return "exit" end
  if signal == "wait" then
    request.waiting = co
    return "wait"
  end
  return "error", "attempt to yield across a phase"
end

local function start(id, plugin, phase)
  current = requests[id]
  current.plugin = plugin
  return step(current, create(phases[phase]))
end

local function continue(id, plugin, ...)
  current = requests[id]
  current.plugin = plugin
  return step(current, current.waiting, ...)
end

local function filter(id, plugin, phase, chunk, last)
  current = requests[id]
  current.plugin = plugin
  phase_arg[1], phase_arg[2] = chunk, last
  local ok, message = pcall(phases[phase])
  local after, done = phase_arg[1], phase_arg[2]
  phase_arg[1], phase_arg[2] = nil, nil
  if not ok then return "error", text(message) end
  if rawequal(after, chunk) then return "same", done end
  return "changed", done, after ~= nil and text(after) or ""
end

local function evaluate(id, plugin, phase)
  current = requests[id]
  current.plugin = plugin
  local ok, value = pcall(phases[phase])
  if not ok then return "error", text(value) end
  return "done", value
end

local actions = {
  expression = expression, evaluate = evaluate,
  compile = compile, open = open, close = close, start = start, continue = continue, filter = filter,
  check = function(source) return (select(2, load(source, "=check", "t", {}))) end,
  -- Lua 5.1, which Kong runs, ends a set at a NUL byte and fails; later versions accept it.
  match = function(value, pattern)
    if string.find(pattern, "\0", 1, true) then error("malformed pattern: it contains a NUL byte", 0) end
    return string.match(value, pattern) ~= nil
  end,
  get = function(id, key) return requests[id].shared[key] end,
  set = function(id, key, value) requests[id].shared[key] = value end,
}
return function(action, ...) return actions[action](...) end
