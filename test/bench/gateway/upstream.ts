import { spawn } from 'node:child_process';
import { readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../kong/testkit/until';

/** The time between the first and the second event of a stream. */
const PAUSE_SECONDS = 0.02;
const RESULT = '{"jsonrpc":"2.0","id":12345,"result":{"content":[{"type":"text","text":"8"}]}}';

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
  }
}
`;

/**
 * Starts the upstream: the nginx of a running Kong with one worker. It answers every request at once with the result of a
 * tool, or with a stream if the query has `stream`. It also takes the spans and log entries of the rows.
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
