local kept = {}
for _, name in ipairs({ "content-length", "content-type", "ratelimit-remaining", "retry-after" }) do
  kept[name] = kong.response.get_header(name)
end
return kept
