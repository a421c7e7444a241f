import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ANN_ID, authServices } from './auth';

const lua = (name: string): string => readFileSync(join(__dirname, '..', '..', 'kong', 'lua', `${name}.lua`), 'utf8');

/** The declarative file of both gateways: they differ only in the file of the log entries. */
export function configText(upstreamPort: number, logFile: string): string {
  const url = `http://127.0.0.1:${upstreamPort}`;
  const service = (name: string, plugins: object[] = [], more: object = {}, route: object = {}) => ({
    name,
    url,
    routes: [{ name, paths: [`/${name}`], ...route }],
    plugins,
    ...more,
  });
  return stringify({
    _format_version: '3.0',
    services: [
      service('plain'),
      service('based', [], { url: `${url}/base/` }),
      service('kept', [], {}, { strip_path: false, preserve_host: true }),
      service('pattern', [], {}, { paths: ['~/pattern/(?<word>[a-z]+)/\\d+$'] }),
      service('get-only', [], {}, { methods: ['GET'] }),
      service('hosted', [], {}, { hosts: ['hosted.test', '*.wild.test'] }),
      service('headed', [], {}, { headers: { 'x-version': ['1', '2'] } }),
      service('secure', [], {}, { protocols: ['https'] }),
      service('direct', [], {}, { response_buffering: false, request_buffering: false }),
      service('dead', [], { url: 'http://127.0.0.1:1', retries: 1 }),
      service('slow', [], { read_timeout: 150, retries: 0 }),
      service('empty', [], { url: undefined, host: 'empty-upstream' }),
      service('key', [
        { name: 'key-auth', config: { hide_credentials: true, realm: 'here' } },
        { name: 'acl', config: { allow: ['gold'] } },
      ]),
      service('anonymous', [{ name: 'key-auth', config: { anonymous: 'guest' } }]),
      service('size', [{ name: 'request-size-limiting', config: { allowed_payload_size: 100, size_unit: 'bytes' } }]),
      service('needs-length', [
        { name: 'request-size-limiting', config: { allowed_payload_size: 1, require_content_length: true } },
      ]),
      service('rate', [{ name: 'rate-limiting', config: { hour: 2, policy: 'local' } }]),
      service('cors', [
        {
          name: 'cors',
          config: {
            origins: ['^https?://(localhost|127\\.0\\.0\\.1)(:\\d+)?$'],
            methods: ['GET', 'POST'],
            headers: ['Content-Type', 'Authorization'],
            exposed_headers: ['Mcp-Session-Id'],
            credentials: true,
            max_age: 60,
          },
        },
      ]),
      service('cors-any', [{ name: 'cors' }]),
      service('lua', [{ name: 'pre-function', config: LUA_PLUGIN }]),
      service('capture', [
        {
          name: 'pre-function',
          config: {
            access: [lua('reject-smuggling')],
            body_filter: [lua('capture-body-filter')],
            log: [lua('capture-log')],
          },
        },
      ]),
      service('ollama', [
        { name: 'post-function', config: { access: [lua('reject-unknown-hosts'), lua('restrict-ollama')] } },
      ]),
      service('external', [{ name: 'scripted' }]),
      service('held', [{ name: 'first' }, SHOW_CONTEXT]),
      service('held-slow', [{ name: 'first' }, SHOW_CONTEXT], { read_timeout: 150, retries: 0 }),
      service('held-dead', [{ name: 'first' }, SHOW_CONTEXT], { url: 'http://127.0.0.1:1', retries: 1 }),
      service('held-twice', [{ name: 'first' }, { name: 'second' }, SHOW_CONTEXT]),
      ...authServices(service),
    ],
    routes: [{ name: 'no-service', paths: ['/no-service'] }],
    upstreams: [{ name: 'empty-upstream' }],
    consumers: [
      {
        id: ANN_ID,
        username: 'ann',
        custom_id: '7',
        keyauth_credentials: [{ id: ID, key: 'gold-key' }],
        acls: [{ group: 'gold' }],
      },
      { username: 'bob', keyauth_credentials: [{ id: ID.replace('1', '2'), key: 'plain-key' }] },
      { username: 'guest' },
    ],
    plugins: [
      { name: 'pre-function', config: { access: [lua('reject-smuggling')] } },
      { name: 'correlation-id', config: { header_name: 'X-Request-ID', generator: 'uuid', echo_downstream: true } },
      { name: 'file-log', config: { path: logFile } },
    ],
  });
}

/** The id of a credential: Kong would generate random ones. */
const ID = '11111111-2222-4333-8444-555555555555';

/** Shows what functions can know of a held answer. */
const SHOW_CONTEXT = {
  name: 'pre-function',
  config: {
    header_filter: [
      `local held = tostring(ngx.ctx.buffered_status) .. " " .. tostring(ngx.ctx.KONG_PROXIED)
       kong.response.set_header("X-Context", kong.response.get_source() .. " " .. held)`,
    ],
  },
};

/** Does what the header X-Do of the request says. */
const LUA_PLUGIN = {
  access: [
    `local action = kong.request.get_header("x-do")
     if action == "exit" then return kong.response.exit(409, { message = "lua" }, { ["X-Lua"] = "1" }) end
     if action == "exit-text" then return kong.response.exit(200, "text") end
     if action == "exit-empty" then return kong.response.exit(204) end
     if action == "raise" then error("on purpose") end
     if action == "nginx-403" then ngx.exit(403) end
     if action == "nginx-404" then ngx.exit(404) end
     if action == "nil-call" then kong.no_such_function() end
     if action == "body" then kong.service.request.set_header("X-Size", #(kong.request.get_raw_body() or "")) end
     if action == "replace" then kong.service.request.set_raw_body("replaced") end
     if action == "headers" then
       kong.service.request.set_headers({ ["X-Two"] = { "a", "b" }, ["X-Empty"] = "" })
       kong.service.request.clear_header("X-Drop")
       kong.response.set_header("X-Early", "1")
     end`,
  ],
  header_filter: [
    `local action = kong.request.get_header("x-do")
     if action == "filter-raise" then error("on purpose") end
     if action == "filter-exit" then kong.response.exit(418, { message = "tea" }) end`,
  ],
  body_filter: [
    `if kong.request.get_header("x-do") == "filter-body" then
       ngx.arg[1] = ngx.arg[1] and string.upper(ngx.arg[1])
     end
     if kong.request.get_header("x-do") == "body-raise" then error("on purpose") end`,
  ],
};
