import { spawn } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../kong/testkit/until';

/** The time between the first and the second event of a stream. */
const PAUSE_SECONDS = 0.02;
const RESULT = '{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"8"}]}}';
/** The names of tools that a rule may hide begin with this, every tenth one. */
export const HIDDEN = 'hidden-';
const EVERY_HIDDEN = 10;
const property = (description: string) => ({ type: 'string', description });
const TOOL = JSON.stringify({
  description: 'Looks up the documents of a project, and returns those that match best.',
  inputSchema: {
    type: 'object',
    properties: { query: property('The words to look for'), project: property('The name of the project') },
    required: ['query'],
  },
}).slice(1, -1);

const configuration = (port: number): string => `
daemon off;
worker_processes 1;
pid upstream.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  server {
    listen 127.0.0.1:${port};
    if ($arg_stream) { rewrite ^ /stream last; }
    if ($arg_tools) { rewrite ^ /list last; }
    location / {
      default_type application/json;
      return 200 '${RESULT}';
    }
    location = /stream {
      internal;
      default_type text/event-stream;
      content_by_lua_block {
        ngx.print('data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}\\n\\n')
        ngx.flush(true)
        ngx.sleep(${PAUSE_SECONDS})
        ngx.print('data: ${RESULT}\\n\\n')
      }
    }
    location = /list {
      internal;
      default_type application/json;
      content_by_lua_block {
        local lists = package.loaded.lists or {}
        package.loaded.lists = lists
        local count = tonumber(ngx.var.arg_tools)
        if not lists[count] then
          local tools = {}
          for i = 1, count do
            local name = (i % ${EVERY_HIDDEN} == 0 and '${HIDDEN}' or 'tool-') .. i
            tools[i] = '{"name":"' .. name .. '",${TOOL}}'
          end
          lists[count] = '{"jsonrpc":"2.0","id":12345,"result":{"tools":[' .. table.concat(tools, ',') .. ']}}'
        end
        ngx.header['Content-Length'] = #lists[count]
        ngx.print(lists[count])
      }
    }
  }
}
`;

/**
 * Starts the upstream: the nginx of a running Kong with one worker. It answers every request at once with the result of a
 * tool, with a stream if the query has `stream`, or with a list of so many tools as `tools` says. It also takes the spans and
 * log entries of the rows.
 *
 * @param kongMaster process id of a Kong
 */
export async function startUpstream(kongMaster: number, port: number, folder: string): Promise<{ stop: () => void }> {
  const file = join(folder, 'upstream.conf');
  writeFileSync(file, configuration(port));
  const nginx = readlinkSync(`/proc/${kongMaster}/exe`);
  const child = spawn(nginx, ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const stop = (): void => {
    child.kill();
  };
  const answers = () =>
    fetch(`http://127.0.0.1:${port}`).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until(answers, 'the upstream');
  } catch (error) {
    stop();
    throw error;
  }
  return { stop };
}
