import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function run(name: string, env: Record<string, string>): { child: ChildProcess; printed: () => string } {
  const child = spawn(
    process.execPath,
    [join(root, 'test/support/run-typescript.mjs'), join(root, `docker/upstreams/${name}/main.ts`)],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  running.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return { child, printed: () => text };
}

describe('a demo backend as a program', () => {
  it.each([
    ['calculator', { NAME: 'go-calculator' }, 'go-calculator', '/health'],
    ['ollama', {}, 'ollama-demo', '/'],
    ['trace-sink', {}, 'trace-sink', '/events'],
  ])('%s prints its address, and stops on SIGTERM with a connection open', async (folder, env, name, path) => {
    const { child, printed } = run(folder, { PORT: '0', ...env });
    await once(child.stdout!, 'data');
    const url = new RegExp(`^${name} listens on (http://127\\.0\\.0\\.1:\\d+)\\n$`).exec(printed())?.[1];
    const response = await fetch(`${url ?? ''}${path}`);
    expect(response.status).toBe(200);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    await response.text();
  });

  it('rejects an invalid port', async () => {
    const { child, printed } = run('ollama', { PORT: '99999' });
    const [code] = (await once(child, 'exit')) as [number | null];
    expect([code, printed()]).toEqual([1, 'ollama-demo: PORT must be 0 to 65535, got "99999"\n']);
  });
});
