-- Shares the captured bytes with the plugins that run in the log phase. The parts are joined here and
-- not at the end of the body, because a client that disconnects during a stream never causes the end of
-- the body.
local KEEP = 32768
local request = ngx.req.get_body_data() or ""
local beyond = #request - KEEP
local kept = kong.ctx.plugin.kept or { head = {}, tail = {}, first = 1, last = 0, bytes = 0 }
local head = table.concat(kept.head)
local tail = string.sub(table.concat(kept.tail, "", kept.first, kept.last), -KEEP)
local middle = nil
if #head > KEEP then
  -- A body that fits into the head was kept there as a whole: its last bytes move to the tail.
  if tail == "" then
    tail = string.sub(head, math.max(KEEP + 1, #head - KEEP + 1))
    middle = string.sub(head, KEEP + 1, #head - #tail)
  else
    middle = string.sub(head, KEEP + 1)
  end
  head = string.sub(head, 1, KEEP)
end
kong.ctx.shared.capture = {
  -- Incremented when these fields or their meaning change; the plugins warn about an older copy.
  version = 2,
  request = ngx.encode_base64(string.sub(request, 1, KEEP)),
  -- The official SDKs write the model after the messages.
  request_tail = beyond > 0 and ngx.encode_base64(string.sub(request, -math.min(beyond, KEEP))) or nil,
  -- nginx writes a long body to a file, which snippets cannot read.
  request_bytes = request ~= "" and #request or tonumber(ngx.var.http_content_length) or 0,
  head = ngx.encode_base64(head),
  middle = middle and ngx.encode_base64(middle),
  tail = ngx.encode_base64(tail),
  caller = kong.ctx.shared.mcp_caller,
  response_bytes = kept.bytes,
  first_at = kept.first_at,
  last_at = kept.last_at,
  complete = kept.complete,
  -- request_completion is empty when the client disconnected; it is "OK" when the upstream did.
  client_left = ngx.var.request_completion == "" or nil,
}
