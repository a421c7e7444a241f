-- Names for the request log (request-log.conf); nginx does not know them. Without that file there is nothing to set.
if ngx.var.log_service then
  local service, route = kong.router.get_service(), kong.router.get_route()
  local consumer = kong.client.get_consumer()
  ngx.var.log_service = service and service.name or ""
  ngx.var.log_route = route and route.name or ""
  ngx.var.log_consumer = consumer and (consumer.username or consumer.custom_id or consumer.id) or ""
end
