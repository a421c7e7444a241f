-- NAMES: the host names of this gateway and of the pages that may call it. Add yours:
-- ["ai.example.com"] = true. Requests of all other pages are rejected, and requests under any other
-- host name (DNS rebinding).
local NAMES = { ["localhost"] = true, ["[::1]"] = true, ["kong"] = true }
local function is_known(name)
  return name and (NAMES[name] or string.find(name, "^127%.%d+%.%d+%.%d+$"))
end
if not is_known(kong.request.get_host()) then
  return kong.response.exit(403, { message = "Host is not allowed: add it to NAMES in kong.yml" })
end
local origin = kong.request.get_header("origin")
if origin then
  local rest = string.match(string.lower(origin), "^https?://(.+)$") or ""
  local name = string.match(rest, "^([^/@:]+):?%d*$") or string.match(rest, "^(%[[%x:]+%]):?%d*$")
  if not is_known(name) then
    return kong.response.exit(403, { message = "Origin is not allowed: add its host to NAMES in kong.yml" })
  end
end
