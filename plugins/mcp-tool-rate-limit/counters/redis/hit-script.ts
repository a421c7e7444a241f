import type { Script } from '../../../shared/redis/shared-redis';

/**
 * One request, as one step on the server, by the server's clock.
 *
 * ARGV[1] is the number of charges. KEYS: a counter for each charge, then whatever the others name by their place. For
 * each charge two of ARGV, with blanks between:
 *
 * 1. limit, windowMs, burst (`-`: a sliding window), the length of a part of a sliding window (0: none), units, and the
 *    number of the rule that only reports it is of (none: enforced);
 * 2. the keys of the counter that its caller's names share (0: none), of the one of all for which there is no room, and
 *    of the number of counters; how many of these there may be; and whether the name may have its own counter (`k`: yes,
 *    `m`: while half of them are free, `n`: no).
 *
 * The reply: 1 or 0 for admitted, then for each charge waitMs (-1: never), remaining and resetMs, then how many charges
 * there was no room for. Which counter a charge
 * falls to is as `Fallback` says.
 *
 * A paced counter is stored as its debt and when it was that; a sliding one as a list of times and units. Both are the
 * numbers of the windows that counters in memory have, as doubles, which hold them exactly. A counter expires when it
 * is as new. A clock that is set back stands still until it has caught up.
 *
 * The number of counters is kept for two periods, each as long as a counter can stay in use: those touched in the
 * current one, and those touched in the one before and not since. So it is never smaller than what is in use.
 *
 * Redis has one thread, so the script is written for it to be short: a charge lives in the local variables of a call,
 * within which the others are looked at before it is spent. That takes a third less than tables and functions do.
 */
export const HIT: Script = {
  name: 'mcptoolratelimithit',
  lua: `
local clock = redis.call('TIME')
local server_now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local charges, reply, overflows, unpaid, shares, numbers = ARGV[1] + 0, { 1, 0, 0, 0 }, 0, nil, nil, nil

local function get(key)
  return redis.call('GET', key)
end

local function put(key, value, keep)
  redis.call('SET', key, value, 'PX', keep)
end

local function number_at(key, lifetime)
  numbers = numbers or {}
  local number = numbers[key]
  if number then return number end
  number = { period = math.floor(server_now / lifetime), current = 0, previous = 0, planned = 0, lifetime = lifetime }
  local stored = get(key)
  if stored then
    local period, current, previous = struct.unpack('<ddd', stored)
    if period >= number.period then
      number.period, number.current, number.previous = period, current, previous
    elseif period == number.period - 1 then
      number.previous = current
    end
  end
  numbers[key] = number
  return number
end

local function has_room(key, lifetime, bound)
  local number = number_at(key, lifetime)
  if number.current + number.previous + number.planned + 1 > bound then return false end
  number.planned = number.planned + 1
  return true
end

local function fall_back(i, lifetime)
  local shared, overflow, number, bound, claim = string.match(ARGV[2 * i + 1], '(%d+) (%d+) (%d+) (%d+) (%a)')
  shared, overflow, number, bound = KEYS[shared + 0], KEYS[overflow + 0], KEYS[number + 0], bound + 0
  local from = shared and get(shared)
  if claim ~= 'n' and has_room(number, lifetime, claim == 'm' and bound / 2 or bound) then
    return KEYS[i], from or get(overflow), true
  end
  shares = shares or {}
  local is_new = false
  local key = shared
  if not from then
    if shared and (shares[shared] or has_room(number, lifetime, bound)) then
      is_new = true
    else
      key, overflows = overflow, overflows + 1
    end
    from = get(overflow)
  end
  local share = shares[key]
  if not share then
    share = { asked = 0, is_overflow = key == overflow }
    shares[key] = share
  end
  return key, from, is_new, share
end

local function count(i, lifetime, touched)
  local key = KEYS[string.match(ARGV[2 * i + 1], '%d+ %d+ (%d+)') + 0]
  local number = number_at(key, lifetime)
  if touched and touched >= number.period then return end
  number.current = number.current + 1
  if touched == number.period - 1 and number.previous > 0 then number.previous = number.previous - 1 end
  number.changed = true
end

local function decide(i)
  if i > charges then return end
  local limit, window, burst, part, units, report = string.match(ARGV[2 * i], '(%d+) (%d+) (%S+) (%d+) (%d+) ?(%d*)')
  limit, window, units = limit + 0, window + 0, units + 0
  local lifetime = burst == '-' and window or math.ceil((burst + 1) * window / limit)
  local key, ahead, is_new, share = KEYS[i], 0, false, nil
  local stored, now = get(key), server_now
  if not stored then
    key, stored, is_new, share = fall_back(i, lifetime)
    if share then
      ahead = share.asked
      share.asked = ahead + units
    end
  end
  local capacity, asked, used, reset = limit, units + ahead, 0, 0
  local log, time, count_of_last
  if burst ~= '-' then
    capacity, asked = (burst + 1) * window, asked * window
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
        time, count_of_last, position = struct.unpack('<dd', stored, position)
        if time > now - window then used = used + count_of_last else live = position end
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
  -- The first charge of a shared counter writes what all of them spend.
  if spends and ahead == 0 then
    local rest = share and share.asked - units or 0
    local value, keep
    if not log then
      local debt = used + rest * window
      value, keep = struct.pack('<dd', debt, now), math.ceil(debt / limit)
    elseif log ~= '' and (time == now or part ~= '0' and math.floor(time / part) == math.floor(now / part)) then
      value, keep = string.sub(log, 1, -17) .. struct.pack('<dd', now, count_of_last + units + rest), window
    else
      value, keep = log .. struct.pack('<dd', now, units + rest), window
    end
    put(key, value, keep + now - server_now)
    if is_new then
      count(i, lifetime)
    elseif not (share and share.is_overflow) then
      local touched = math.floor(time / lifetime)
      if touched ~= math.floor(now / lifetime) then count(i, lifetime, touched) end
    end
  end
  local at = 3 * i
  reply[at - 1], reply[at], reply[at + 1] = wait, log and limit - used or math.floor((capacity - used) / window), reset
end

decide(1)
if numbers then
  for key, number in pairs(numbers) do
    if number.changed then
      put(key, struct.pack('<ddd', number.period, number.current, number.previous), 2 * number.lifetime)
    end
  end
end
reply[3 * charges + 2] = overflows
return reply
`,
};
