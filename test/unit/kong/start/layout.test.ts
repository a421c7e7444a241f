import { kongVariables, type Layout } from '../../../../kong/start/layout';

const layout: Layout = { root: '/package', folder: '/run', logs: '/logs', host: '127.0.0.1', plugins: [] };

it('logs requests to a file, because a Kong daemon has no standard output', () => {
  expect(kongVariables(layout)).toMatchObject({
    KONG_NGINX_HTTP_INCLUDE: '/package/kong/request-log.conf',
    KONG_PROXY_ACCESS_LOG: '/logs/requests.log requests',
  });
});
