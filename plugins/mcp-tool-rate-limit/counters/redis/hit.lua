-- Counts one request atomically, by the clock of the Redis server.
--
-- KEYS: first one counter per charge; then further keys, which the arguments refer to by their index in KEYS.
--
-- ARGV[1]: the number of charges. Then two arguments per charge, each a list of values separated by blanks:
--
--   1. limit, window in milliseconds, burst ('-': sliding window), part of a sliding window in milliseconds (0: none),
--      units, and the index of the rule if it is in report mode (nothing: an enforced rule)
--   2. the indexes in KEYS of the shared counter (0: none), of the overflow counter, and of the number of counters; the
--      bound of that number; when the charge may have its own counter (a: always, h: while half of them are free,
--      n: never)
--
-- Returns 1 if the request is admitted, else 0; then per charge the wait in milliseconds (-1: never fits), the remaining
-- units, and the milliseconds until the counter is empty; then the number of charges that used the overflow counter.
--
-- Which counter a charge uses, and what each window stores, is the same as for counters in memory: see SharedCounter in
-- ../counters.ts and ../../windows. A paced counter is stored as its debt and the time of the debt, a sliding one as a
-- list of times and units. All are doubles, which hold these integers exactly. A counter expires when it is empty. If the
-- clock of the server is set back, the clock of a counter stands still until the server has caught up.
--
-- The number of counters is kept for two periods, each as long as a counter can stay in use: those used in the current
-- period, and those used in the previous one but not since. So it is never below the number of counters in use.
--
-- Redis runs one script at a time, so this one is written for speed: the values of a charge are local variables of a
-- recursive call, in which the next charges are checked before this one is spent. That takes a third less time than a
-- table per charge.

local clock = redis.call('TIME')
local server_now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local charges, reply, overflows = ARGV[1] + 0, { 1, 0, 0, 0 }, 0
-- Made only when needed: the report rules that are exceeded, the shared counters by key, the numbers of counters by key.
local exceeded, shared_counters, numbers = nil, nil, nil

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

-- Chooses the counter of a charge whose own counter does not exist. Returns its key, the value that it starts from,
-- whether it is new, and the record of it if it is shared.
local function choose_counter(i, lifetime)
  local shared, overflow, number, bound, own = string.match(ARGV[2 * i + 1], '(%d+) (%d+) (%d+) (%d+) (%a)')
  shared, overflow, number, bound = KEYS[shared + 0], KEYS[overflow + 0], KEYS[number + 0], bound + 0
  local from = shared and get(shared)
  if own ~= 'n' and has_room(number, lifetime, own == 'h' and bound / 2 or bound) then
    return KEYS[i], from or get(overflow), true
  end
  shared_counters = shared_counters or {}
  local is_new = false
  local key = shared
  if not from then
    if shared and (shared_counters[shared] or has_room(number, lifetime, bound)) then
      is_new = true
    else
      key, overflows = overflow, overflows + 1
    end
    from = get(overflow)
  end
  local counter = shared_counters[key]
  if not counter then
    counter = { units = 0, is_overflow = key == overflow }
    shared_counters[key] = counter
  end
  return key, from, is_new, counter
end

-- Adds a counter to the number of counters; touched: the period in which it was counted last, nil for a new counter.
local function add_to_number(i, lifetime, touched)
  local key = KEYS[string.match(ARGV[2 * i + 1], '%d+ %d+ (%d+)') + 0]
  local number = number_at(key, lifetime)
  if touched and touched >= number.period then return end
  number.current = number.current + 1
  if touched == number.period - 1 and number.previous > 0 then number.previous = number.previous - 1 end
  number.changed = true
end

local function charge(i)
  if i > charges then return end
  local limit, window, burst, part, units, report = string.match(ARGV[2 * i], '(%d+) (%d+) (%S+) (%d+) (%d+) ?(%d*)')
  limit, window, units = limit + 0, window + 0, units + 0
  local lifetime = burst == '-' and window or math.ceil((burst + 1) * window / limit)
  local key, ahead, is_new, shared = KEYS[i], 0, false, nil
  local stored, now = get(key), server_now
  if not stored then
    key, stored, is_new, shared = choose_counter(i, lifetime)
    if shared then
      ahead = shared.units
      shared.units = ahead + units
    end
  end
  local capacity, asked, used, reset = limit, units + ahead, 0, 0
  local log, time, units_of_last
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
        time, units_of_last, position = struct.unpack('<dd', stored, position)
        if time > now - window then used = used + units_of_last else live = position end
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
      exceeded = exceeded or {}
      exceeded[report] = true
    end
  end

  charge(i + 1)

  local spends = reply[1] == 1 and not (exceeded and exceeded[report])
  if spends then used = used + asked end
  if not log then reset = math.ceil(used / limit) elseif spends then reset = window end
  -- The first charge of a shared counter writes what all of them spend.
  if spends and ahead == 0 then
    local rest = shared and shared.units - units or 0
    local value, keep
    if not log then
      local debt = used + rest * window
      value, keep = struct.pack('<dd', debt, now), math.ceil(debt / limit)
    elseif log ~= '' and (time == now or part ~= '0' and math.floor(time / part) == math.floor(now / part)) then
      value, keep = string.sub(log, 1, -17) .. struct.pack('<dd', now, units_of_last + units + rest), window
    else
      value, keep = log .. struct.pack('<dd', now, units + rest), window
    end
    put(key, value, keep + now - server_now)
    if is_new then
      add_to_number(i, lifetime)
    elseif not (shared and shared.is_overflow) then
      local touched = math.floor(time / lifetime)
      if touched ~= math.floor(now / lifetime) then add_to_number(i, lifetime, touched) end
    end
  end
  local first = 3 * i - 1
  reply[first] = wait
  reply[first + 1] = log and limit - used or math.floor((capacity - used) / window)
  reply[first + 2] = reset
end

charge(1)
if numbers then
  for key, number in pairs(numbers) do
    if number.changed then
      put(key, struct.pack('<ddd', number.period, number.current, number.previous), 2 * number.lifetime)
    end
  end
end
reply[3 * charges + 2] = overflows
return reply
