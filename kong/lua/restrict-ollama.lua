-- OPEN: the paths and methods of Ollama that clients may use. To create, delete or download models,
-- call Ollama directly, or add paths here.
local OPEN = {
  ["/"] = "GET HEAD",
  ["/api/chat"] = "POST",
  ["/api/generate"] = "POST",
  ["/api/embed"] = "POST",
  ["/api/embeddings"] = "POST",
  ["/api/show"] = "POST",
  ["/api/tags"] = "GET HEAD",
  ["/api/ps"] = "GET HEAD",
  ["/api/version"] = "GET HEAD",
  ["/v1/"] = "GET HEAD POST",
}
-- The path that the upstream receives. Below /v1/ only plain segments are allowed: no escapes and no
-- dot segments, which could lead to another path.
local path = ngx.var.upstream_uri or ""
if string.find(path, "^/v1/[%w%-._:@/]+$") and not string.find(path, "..", 1, true) then
  path = "/v1/"
end
for method in string.gmatch(OPEN[path] or "", "%u+") do
  if method == kong.request.get_method() then
    return
  end
end
return kong.response.exit(403, { message = "Not open through this gateway: see OPEN in kong.yml" })
