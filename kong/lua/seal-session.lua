-- For mcp-auth, in header_filter. Appends the seal to the session ids of a server (session_binding: sealed). Hides the server's
-- own challenge, which would send clients to an authorization server that the gateway does not trust: its 401 becomes a 502.
if kong.response.get_source() ~= "service" then return end
local auth = kong.ctx.shared.mcp_auth
if auth and auth.hides_challenge and kong.response.get_header("WWW-Authenticate") then
  kong.response.clear_header("WWW-Authenticate")
  if kong.response.get_status() == 401 then kong.response.set_status(502) end
end
local key, id = kong.ctx.shared.mcp_session_key, kong.response.get_header("Mcp-Session-Id")
if key and type(id) == "string" then
  local tag = ngx.encode_base64(ngx.hmac_sha1(key, id), true):gsub("%+", "-"):gsub("/", "_")
  kong.response.set_header("Mcp-Session-Id", id .. "." .. tag)
end
