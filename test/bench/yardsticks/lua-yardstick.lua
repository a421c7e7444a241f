-- The yardstick in Kong's own process: reads the headers and the body, parses the body and shares one value. Checks nothing.
local cjson = require("cjson.safe")
local headers = kong.request.get_headers()
local body = kong.request.get_raw_body()
local call = body and cjson.decode(body)
if not headers["content-type"] or type(call) ~= "table" then
  return kong.response.exit(400)
end
kong.ctx.shared.mcp = call.method
