local kept = {}
for _, name in ipairs({ "accept", "content-length", "content-type", "host", "mcp-method",
                        "mcp-protocol-version", "user-agent", "x-request-id" }) do
  kept[name] = kong.request.get_header(name)
end
return kept
