import type { Script } from '../../shared/redis/shared-redis';

/**
 * One request, as one step on the server, by the server's clock.
 *
 * KEYS: a counter for each charge. ARGV: for each charge six numbers with blanks between: limit, windowMs, burst (-1: a
 * sliding window), the length of a part of a sliding window (0: none), units, and the rule that only reports it is of
 * (-1: enforced). The reply: 1 or 0 for admitted, then for each charge waitMs (-1: never), remaining
 * and resetMs.
 *
 * A paced counter is stored as its debt and when it was that; a sliding one as a list of times and units. Both are the
 * numbers of the windows that counters in memory have, as doubles, which hold them exactly. A counter expires when it
 * is as new. A clock that is set back stands still until it has caught up.
 */
export const HIT: Script = {
  name: 'mcptoolratelimithit',
  lua: `
local unpack, floor, ceil, max = struct.unpack, math.floor, math.ceil, math.max
local call, match = redis.call, string.match
local FIELDS = '(%S+) (%S+) (%S+) (%S+) (%S+) (%S+)'
local clock = call('TIME')
local server_now = clock[1] * 1000 + floor(clock[2] / 1000)

local function load(i)
  local limit, window, burst, part, units, report = match(ARGV[i], FIELDS)
  limit, window, burst, part = tonumber(limit), tonumber(window), tonumber(burst), tonumber(part)
  units, report = tonumber(units), tonumber(report)
  local stored = call('GET', KEYS[i])
  local now = server_now
  if burst >= 0 then
    local debt = 0
    if stored then
      local seen
      debt, seen = unpack('<dd', stored)
      now = max(now, seen)
      debt = max(0, debt - (now - seen) * limit)
    end
    return { limit = limit, window = window, burst = burst, units = units, report = report, now = now, debt = debt }
  end
  local times, counts, used, live = {}, {}, 0, 0
  if stored then
    now = max(now, (unpack('<d', stored, #stored - 15)))
    for position = 1, #stored, 16 do
      local time, count = unpack('<dd', stored, position)
      if time > now - window then
        live = live + 1
        times[live], counts[live], used = time, count, used + count
      end
    end
  end
  return {
    limit = limit, window = window, burst = burst, part = part, units = units, report = report, now = now,
    times = times, counts = counts, used = used,
  }
end

local function wait(c)
  if c.burst >= 0 then
    local capacity, asked = (c.burst + 1) * c.window, c.units * c.window
    local excess = c.debt + asked - capacity
    if excess <= 0 then return 0 end
    return asked > capacity and -1 or ceil(excess / c.limit)
  end
  local excess = c.used + c.units - c.limit
  if excess <= 0 then return 0 end
  if c.units > c.limit then return -1 end
  local freed, i = 0, 0
  while freed < excess do
    i = i + 1
    freed = freed + c.counts[i]
  end
  return c.times[i] + c.window - c.now
end

local function reset(c)
  if c.burst >= 0 then return ceil(c.debt / c.limit) end
  return #c.times > 0 and c.times[#c.times] + c.window - c.now or 0
end

local function remaining(c)
  if c.burst >= 0 then return floor(((c.burst + 1) * c.window - c.debt) / c.window) end
  return c.limit - c.used
end

local function is_same_part(c, time)
  if c.part == 0 then return time == c.now end
  return floor(time / c.part) == floor(c.now / c.part)
end

local function take(c, key)
  local value
  if c.burst >= 0 then
    c.debt = c.debt + c.units * c.window
    value = struct.pack('<dd', c.debt, c.now)
  else
    local last = #c.times
    if last > 0 and is_same_part(c, c.times[last]) then
      c.times[last], c.counts[last] = c.now, c.counts[last] + c.units
    else
      c.times[last + 1], c.counts[last + 1] = c.now, c.units
    end
    c.used = c.used + c.units
    local entries = {}
    for i = 1, #c.times do entries[i] = struct.pack('<dd', c.times[i], c.counts[i]) end
    value = table.concat(entries)
  end
  call('SET', key, value, 'PX', reset(c) + c.now - server_now)
end

local charges, waits, reported, admitted = {}, {}, {}, true
for i = 1, #KEYS do
  local c = load(i)
  charges[i], waits[i] = c, wait(c)
  if waits[i] ~= 0 then
    if c.report < 0 then admitted = false else reported[c.report] = true end
  end
end
if admitted then
  for i = 1, #KEYS do
    if not reported[charges[i].report] then take(charges[i], KEYS[i]) end
  end
end
local reply = { admitted and 1 or 0 }
for i = 1, #KEYS do
  local at = (i - 1) * 3 + 1
  reply[at + 1], reply[at + 2], reply[at + 3] = waits[i], remaining(charges[i]), reset(charges[i])
end
return reply
`,
};
