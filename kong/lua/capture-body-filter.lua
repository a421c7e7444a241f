-- Keeps the first and the last 32 KiB of the response body. Of a response to tools/list it keeps up to
-- 512 KiB more. Runs for each chunk, and forwards every chunk unchanged.
local KEEP, KEEP_OF_LISTS = 32768, 32768 + 524288
local kept = kong.ctx.plugin.kept
if not kept then
  kept = { head = {}, head_bytes = 0, tail = {}, tail_bytes = 0, first = 1, last = 0, bytes = 0 }
  kept.room = KEEP
  -- The message summary that mcp-validator shares.
  local mcp = kong.ctx.shared.mcp
  local messages = type(mcp) == "table" and mcp.messages
  for _, message in ipairs(type(messages) == "table" and messages or {}) do
    if type(message) == "table" and message.method == "tools/list" then
      kept.room = KEEP_OF_LISTS
    end
  end
  kong.ctx.plugin.kept = kept
end
if ngx.arg[2] then
  kept.complete = true
end
local chunk = ngx.arg[1]
if type(chunk) ~= "string" or chunk == "" then
  return
end
kept.last_at = ngx.now()
kept.first_at = kept.first_at or kept.last_at
kept.bytes = kept.bytes + #chunk
local room = kept.room - kept.head_bytes
if room > 0 then
  local part = string.sub(chunk, 1, room)
  kept.head[#kept.head + 1] = part
  kept.head_bytes = kept.head_bytes + #part
  chunk = string.sub(chunk, room + 1)
end
if chunk ~= "" then
  chunk = string.sub(chunk, -KEEP)
  kept.last = kept.last + 1
  kept.tail[kept.last] = chunk
  kept.tail_bytes = kept.tail_bytes + #chunk
  while kept.tail_bytes - #kept.tail[kept.first] >= KEEP do
    kept.tail_bytes = kept.tail_bytes - #kept.tail[kept.first]
    kept.tail[kept.first] = nil
    kept.first = kept.first + 1
  end
end
