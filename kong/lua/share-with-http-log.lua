-- Adds to Kong's log entry what the telemetry plugins read besides it, for http-log: here, and not in
-- custom_fields_by_lua, which http-log compiles again for each request. http-log sends numbers with 14 digits: a
-- number that needs more, such as the id of a JSON-RPC message, is written as text.
local function is_exact(number)
  if number % 1 == 0 and number < 1e14 and number > -1e14 then
    return true
  end
  return tonumber(string.format("%.14g", number)) == number
end
local function is_all_exact(values)
  for _, value in pairs(values) do
    local kind = type(value)
    if kind == "number" and not is_exact(value) or kind == "table" and not is_all_exact(value) then
      return false
    end
  end
  return true
end
local function exact(value)
  if type(value) == "number" then
    return is_exact(value) and value or { ["$number"] = string.format("%.17g", value) }
  elseif type(value) ~= "table" or is_all_exact(value) then
    return value
  end
  local copy = {}
  for key, member in pairs(value) do
    copy[key] = exact(member)
  end
  return copy
end
local shared = {}
for _, key in ipairs({ "capture", "llm_telemetry", "mcp", "mcp_auth", "mcp_denied", "mcp_telemetry" }) do
  shared[key] = exact(kong.ctx.shared[key])
end
kong.log.set_serialize_value("ctx_shared", shared)
-- Of service and route, only what logs and metrics name them by: the rest is a third of the entry.
local service, route = kong.router.get_service(), kong.router.get_route()
if service then
  kong.log.set_serialize_value("service", {
    id = service.id, name = service.name, host = service.host, port = service.port, path = service.path,
  })
end
if route then
  kong.log.set_serialize_value("route", { id = route.id, name = route.name })
end
