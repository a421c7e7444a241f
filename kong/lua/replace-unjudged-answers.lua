-- A plugin holds the answer of this request to judge it, but none was judged: the upstream broke off, did
-- not end in time, or the answer streams although it must not. The client gets the plugin's own failure
-- instead. Kong's own error pages (502, 503, 504) stay.
local held = kong.ctx.shared.held
if held and ngx.ctx.KONG_PROXIED and (held.passed_on or not ngx.ctx.buffered_status) then
  if kong.response.get_source() ~= "service" and kong.response.get_status() >= 500 then
    return
  end
  for _, name in ipairs { "Content-Encoding", "ETag", "Last-Modified", "Location" } do
    kong.response.clear_header(name)
  end
  return kong.response.exit(held.status, held.failure, { ["Content-Type"] = "application/json" })
end
