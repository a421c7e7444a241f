-- Kong removes the headers that a request lists in Connection. Without Content-Length, the backend
-- would read the body as a second request, which no plugin has checked (request smuggling).
local connection = ngx.var.http_connection
if connection and string.find(string.lower(connection), "content-length", 1, true) then
  return kong.response.exit(400, { message = "Connection must not name Content-Length" })
end
