import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '@msgpack/msgpack';
import { until } from '../../kong/testkit/until';
import { startUpstream } from '../../kong/testkit/upstream';
import { freePorts } from '../support/free-ports';
import { dockerFolder } from '../support/monitoring-files';
import { missingPrograms, startProcess } from '../support/running-process';

/** A line of each kind that the containers write. */
const LINES = {
  kong: '{"time":"2026-11-29T12:00:00+00:00","client_ip":"192.0.2.1","request":{"id":"abc","method":"POST","uri":"/py-calculator/mcp"},"response":{"status":200},"service":{"name":"py-calculator"}}',
  error: '2026/11/29 12:00:00 [error] 1#0: *5 connect() failed',
  server: '{"level":"warn","timestamp":"2026-11-29T12:00:00.000Z","message":"frame rejected","reason":"malformed"}',
};

interface Push {
  readonly streams: readonly {
    readonly stream: Readonly<Record<string, string>>;
    readonly values: readonly (readonly [string, string])[];
  }[];
}

const missing = missingPrograms('fluent-bit');
const name = 'Fluent Bit sends lines of both programs to Loki, with few labels and with their own fields';
(missing.length === 0 ? it : it.skip)(
  missing.length === 0 ? name : `${name} (skipped: install fluent-bit)`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'logs-'));
    const pushed: Push['streams'][number][] = [];
    const loki = await startUpstream((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        pushed.push(...(JSON.parse(text) as Push).streams);
        response.writeHead(204).end();
      });
    });
    const [port = 0] = await freePorts(1);
    const file = join(folder, 'fluent-bit.yml');
    const config = readFileSync(dockerFolder('overlays', 'logs', 'fluent-bit.yml'), 'utf8')
      .replace('listen: 0.0.0.0\n      port: 24224', `listen: 127.0.0.1\n      port: ${port}`)
      .replace('host: loki\n      port: 3100', `host: 127.0.0.1\n      port: ${loki.port}`);
    writeFileSync(file, config);
    const fluentBit = startProcess('fluent-bit', [`--config=${file}`]);
    try {
      // As Docker's log driver `fluentd` sends them.
      const send = (): Promise<boolean> =>
        new Promise((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            for (const [source, log] of Object.entries(LINES)) {
              const container_name = source === 'server' ? '/ai-plugin-server-1' : '/ai-kong-1';
              socket.write(
                encode([container_name, 1_790_000_000, { container_id: 'f00', container_name, source, log }]),
              );
            }
            socket.end(() => {
              resolve(true);
            });
          });
          socket.on('error', () => {
            resolve(false);
          });
        });
      await until(send, 'Fluent Bit', 20_000);
      const lines = () => pushed.flatMap(({ stream, values }) => values.map(([, line]) => ({ stream, line })));
      await until(() => lines().length === 3, 'all lines', 20_000);
      const found = new Map(
        lines().map(({ stream, line }) => {
          const fields = JSON.parse(line) as Record<string, unknown>;
          return [fields['source'], { stream, fields }];
        }),
      );
      expect(found.get('kong')).toMatchObject({
        stream: { container: '/ai-kong-1' },
        fields: {
          client_ip: '192.0.2.1',
          request: { id: 'abc' },
          response: { status: 200 },
          service: { name: 'py-calculator' },
        },
      });
      expect(found.get('error')).toMatchObject({ stream: { container: '/ai-kong-1' }, fields: { log: LINES.error } });
      expect(found.get('server')).toMatchObject({
        stream: { container: '/ai-plugin-server-1', level: 'warn' },
        fields: { message: 'frame rejected', reason: 'malformed' },
      });
      for (const { stream, fields } of found.values()) {
        expect(Object.keys(stream).filter((label) => !['container', 'level'].includes(label))).toEqual([]);
        expect(fields).not.toHaveProperty('container_id');
      }
    } catch (error) {
      throw new Error(`${String(error)}\n${fluentBit.output()}\n${JSON.stringify(pushed)}`, { cause: error });
    } finally {
      await fluentBit.stop();
      await loki.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
