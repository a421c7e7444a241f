-- Phoenix reads the project of a batch of spans from x-project-name. Some clients send
-- x-phoenix-project-name instead.
local project = kong.request.get_header("x-phoenix-project-name")
if project and not kong.request.get_header("x-project-name") then
  kong.service.request.set_header("x-project-name", project)
end
