-- Script of wrk: calls a tool. An answer without the result counts as an error.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local file = assert(io.open(here .. "tool-call.json"))
wrk.method = "POST"
wrk.body = file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
wrk.headers["apikey"] = os.getenv("API_KEY")

local threads = {}
function setup(thread)
  table.insert(threads, thread)
end

function init()
  wrong = 0
end

function response(status, headers, body)
  if status ~= 200 or not body:find('"result"', 1, true) or body:find('"isError":true', 1, true) then
    wrong = wrong + 1
  end
end

function done(summary)
  local wrong = 0
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("wrong")
  end
  io.write(string.format("Wrong answers: %d of %d\n", wrong, summary.requests))
end
