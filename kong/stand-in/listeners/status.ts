import { createServer, type Server } from 'node:http';
import { encodeJson, type LuaTable } from '../lua/value';
import type { PrometheusPlugin } from '../plugins/prometheus';
import type { Runtime } from '../runtime/runtime';
import { upstreamHealthAt } from './admin';

/** The status listener: liveness, readiness, the health of upstreams and the metrics of the prometheus plugin. */
export function statusServer(runtime: () => Runtime, status: () => LuaTable, metrics: PrometheusPlugin): Server {
  return createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const respond = (code: number, type: string, body: string) => {
      response.writeHead(code, { 'Content-Type': type });
      response.end(body);
    };
    const json = 'application/json; charset=utf-8';
    if (path === '/status') respond(200, json, encodeJson(status()));
    else if (path === '/status/ready') respond(200, json, encodeJson({ message: 'ready' }));
    else if (path !== '/metrics') {
      const health = upstreamHealthAt(path, runtime(), status);
      respond(health === undefined ? 404 : 200, json, encodeJson(health ?? { message: 'Not found' }));
    } else {
      metrics.expose(runtime()).then(
        (text) => {
          respond(200, 'text/plain; charset=UTF-8', text);
        },
        () => {
          respond(500, json, encodeJson({ message: 'An unexpected error occurred' }));
        },
      );
    }
  });
}

/** The body of `/status`: the connections of the proxy. */
export function statusOf(traffic: PrometheusPlugin['traffic']): LuaTable {
  const { connections, active, requests } = traffic;
  return {
    server: {
      connections_accepted: connections,
      connections_handled: connections,
      connections_active: active,
      total_requests: requests,
    },
    memory: {
      workers_lua_vms: [
        { pid: process.pid, http_allocated_gc: `${(process.memoryUsage().heapUsed / 1048576).toFixed(2)} MiB` },
      ],
      lua_shared_dicts: {},
    },
  };
}
