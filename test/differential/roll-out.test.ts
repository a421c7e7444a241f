import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasKong } from './kong-process';
import { KONG_PORT, startKong } from './start-kong';

const script = join(__dirname, '../../examples/github-actions/roll-out.sh');
const folder = mkdtempSync(join(tmpdir(), 'roll-out-'));
const admin = `http://127.0.0.1:${KONG_PORT + 2}`;

/** A declarative file whose only route answers with a text. */
const fileOf = (name: string, more = ''): string => `_format_version: '3.0'
routes:
  - name: only
    paths: [/only]
    plugins: [{ name: request-termination, config: { status_code: 200, body: ${name} } }]
${more}`;

async function rollOut(name: string, text: string): Promise<{ code: number; output: string }> {
  const [next, before] = [join(folder, `${name}.yml`), join(folder, 'before.yml')];
  writeFileSync(next, text);
  writeFileSync(before, fileOf('before'));
  const child = spawn(
    script,
    [next, before, admin, `http://127.0.0.1:${KONG_PORT}`, '--status', `http://127.0.0.1:${KONG_PORT + 1}`],
    { env: { ...process.env, PAUSE: '1' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

(hasKong() ? it : it.skip)(
  'the roll-out for machines loads a file into Kong, and goes back when Kong or `doctor` finds an error',
  async () => {
    const gateway = await startKong(fileOf('before'), { admin_listen: `127.0.0.1:${KONG_PORT + 2}` });
    const served = async (): Promise<string> => (await fetch(`${gateway.url}/only`)).text();
    try {
      expect(await served()).toBe('before');

      const good = await rollOut('good', fileOf('good'));
      expect(good).toEqual({ code: 0, output: expect.stringContaining('ok: Kong has loaded') as string });
      expect(await served()).toBe('good');

      const rejected = await rollOut('rejected', fileOf('rejected', 'plugins: [{ name: no-such-plugin }]\n'));
      expect(rejected.code).toBe(1);
      expect(rejected.output).toMatch(/Kong rejects .*rejected\.yml with status 400/);
      expect(rejected.output).toContain('no-such-plugin');
      expect(await served()).toBe('good');

      const lost = 'upstreams: [{ name: lost, targets: [{ target: no-such-host.invalid:80 }] }]\n';
      const unwell = await rollOut('unwell', fileOf('unwell', lost));
      expect(unwell.code).toBe(1);
      expect(unwell.output).toContain('target no-such-host.invalid:80 of lost is DNS_ERROR');
      expect(unwell.output).toMatch(/loading .*before\.yml again/);
      expect(await served()).toBe('before');
    } finally {
      await gateway.close();
      rmSync(folder, { recursive: true });
    }
  },
  180_000,
);
