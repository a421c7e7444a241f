import type { Script } from '../../shared/redis/shared-redis';

/**
 * One request, as one step on the server, by the server's clock.
 *
 * KEYS: a counter for each charge. ARGV: for each charge with blanks between: limit, windowMs, burst (`-`: a sliding
 * window), the length of a part of a sliding window (0: none), units, and the number of the rule that only reports it
 * is of (none: enforced). The reply: 1 or 0 for admitted, then for each charge waitMs (-1: never), remaining and
 * resetMs.
 *
 * A paced counter is stored as its debt and when it was that; a sliding one as a list of times and units. Both are the
 * numbers of the windows that counters in memory have, as doubles, which hold them exactly. A counter expires when it
 * is as new. A clock that is set back stands still until it has caught up.
 *
 * Redis has one thread, so the script is written for it to be short: a charge lives in the local variables of a call,
 * within which the others are looked at before it is spent. That takes a third less than tables and functions do.
 */
export const HIT: Script = {
  name: 'mcptoolratelimithit',
  lua: `
local clock = redis.call('TIME')
local server_now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local reply, unpaid = { 1, 0, 0, 0 }, nil

local function decide(i)
  local key = KEYS[i]
  if not key then return end
  local limit, window, burst, part, units, report = string.match(ARGV[i], '(%d+) (%d+) (%S+) (%d+) (%d+) ?(%d*)')
  limit, window, units = limit + 0, window + 0, units + 0
  local stored, now = redis.call('GET', key), server_now
  local capacity, asked, used, reset = limit, units, 0, 0
  local log, time, count
  if burst ~= '-' then
    capacity, asked = (burst + 1) * window, units * window
    if stored then
      used, time = struct.unpack('<dd', stored)
      if time > now then now = time end
      used = used - (now - time) * limit
      if used < 0 then used = 0 end
    end
  else
    log = ''
    if stored then
      now = math.max(now, (struct.unpack('<d', stored, #stored - 15)))
      local live, position = 1, 1
      while position < #stored do
        time, count, position = struct.unpack('<dd', stored, position)
        if time > now - window then used = used + count else live = position end
      end
      log = string.sub(stored, live)
      if log ~= '' then reset = time + window - now end
    end
  end

  local wait, excess = 0, used + asked - capacity
  if excess > 0 then
    if asked > capacity then
      wait = -1
    elseif log then
      local position, freed_at, freed = 1, 0, 0
      repeat
        freed_at, freed, position = struct.unpack('<dd', log, position)
        excess = excess - freed
      until excess <= 0
      wait = freed_at + window - now
    else
      wait = math.ceil(excess / limit)
    end
    if report == '' then
      reply[1] = 0
    else
      unpaid = unpaid or {}
      unpaid[report] = true
    end
  end

  decide(i + 1)

  local spends = reply[1] == 1 and not (unpaid and unpaid[report])
  if spends then used = used + asked end
  if not log then reset = math.ceil(used / limit) elseif spends then reset = window end
  if spends then
    local value
    if not log then
      value = struct.pack('<dd', used, now)
    elseif log ~= '' and (time == now or part ~= '0' and math.floor(time / part) == math.floor(now / part)) then
      value = string.sub(log, 1, -17) .. struct.pack('<dd', now, count + units)
    else
      value = log .. struct.pack('<dd', now, units)
    end
    redis.call('SET', key, value, 'PX', reset + now - server_now)
  end
  local at = 3 * i
  reply[at - 1], reply[at], reply[at + 1] = wait, log and limit - used or math.floor((capacity - used) / window), reset
end

decide(1)
return reply
`,
};
