-- Gathers what the telemetry plugins read besides the log entry, for http-log. It does so here, because
-- http-log compiles its own functions for each request. It sends numbers with 14 digits: a number that
-- needs more, such as the id of a JSON-RPC message, is written as text.
local function exact(value)
  if type(value) == "number" then
    if value % 1 == 0 and value < 1e14 and value > -1e14 or tonumber(string.format("%.14g", value)) == value then
      return value
    end
    return { ["$number"] = string.format("%.17g", value) }
  elseif type(value) ~= "table" then
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
kong.ctx.shared.for_http_log = shared
