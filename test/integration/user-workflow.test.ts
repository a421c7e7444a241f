import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The workflow that users copy runs commands of this repository: those that need nothing else are run here. */

const root = join(__dirname, '../..');
const folder = 'examples/github-actions';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
const { jobs, env } = parse(readFileSync(join(root, folder, 'gateway.yml'), 'utf8')) as {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
};
const runsOf = (steps: readonly Step[]): string[] => steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
const all = runsOf(Object.values(jobs).flatMap(({ steps }) => steps));

const out = mkdtempSync(join(tmpdir(), 'user-workflow-'));
afterAll(() => {
  rmSync(out, { recursive: true });
});

/** Runs a step as GitHub does, but with its output outside of the repository. */
const run = (command: string): string => {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-e', '-c', command.replaceAll(/kong\.(built|before)\.yml/g, join(out, 'kong.$1.yml'))],
    { cwd: root, encoding: 'utf8', env: { ...process.env, ...env, PUBLIC_ORIGIN: 'https://app.example.com' } },
  );
  return `exit ${String(status)}\n${status === 0 ? '' : stdout + stderr}`;
};

it('builds the configuration, checks it, and checks the rules', () => {
  const commands = runsOf(jobs['check']!.steps).filter(
    (command) => command.startsWith('node dist/') || command.startsWith('promtool check'),
  );
  expect(commands).toHaveLength(3);
  for (const command of commands) expect([command, run(command)]).toEqual([command, 'exit 0\n']);
  expect(readFileSync(join(out, 'kong.built.yml'), 'utf8')).toContain(env['REDIS_HOST']);
});

it('builds what ran before from another working tree', () => {
  const [command] = all.filter((one) => one.startsWith('git worktree add'));
  const [, build] = command!.split(' && ');
  expect(run(build!.replace('before/kong', 'kong'))).toBe('exit 0\n');
  expect(existsSync(join(out, 'kong.before.yml'))).toBe(true);
});

it('tests every file with tests of rules', () => {
  expect(all).toContain('promtool test rules docker/prometheus/tests/*.yml');
  expect(readdirSync(join(root, 'docker/prometheus/tests')).every((name) => name.endsWith('.yml'))).toBe(true);
});

it('names only scripts, files and folders that exist', () => {
  const { scripts } = jest.requireActual<{ scripts: Record<string, string> }>('../../package.json');
  const named = all.flatMap((command) => [...command.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!));
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(named).toContain('check:kubernetes');
  const paths = [...all, env['OVERLAYS']!].flatMap((text) => [
    ...text.matchAll(/(?<![\w./-])(?:kubernetes|examples|kong|docker)\/[\w./-]+\w/g),
  ]);
  expect(paths.length).toBeGreaterThan(8);
  expect(paths.map(([path]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('uses actions by their major version, and passes no secret on a command line', () => {
  for (const { steps } of Object.values(jobs)) {
    for (const { uses, run: command } of steps) {
      if (uses !== undefined) expect(uses).toMatch(/^(?:actions|azure)\/[\w-]+@v\d+$/);
      expect(command ?? '').not.toContain('secrets.');
    }
  }
});

it('rolls out with a script that says how it is used', () => {
  const script = join(root, folder, 'roll-out.sh');
  accessSync(script, constants.X_OK);
  const { status, stderr } = spawnSync(script, ['kong.built.yml'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, 'usage: roll-out.sh NEW BEFORE ADMIN_URL GATEWAY_URL [option of doctor...]\n']);
  expect(all.filter((command) => command.includes('roll-out.sh')).map((command) => command.split(' ').length)).toEqual([
    // With `"${{ vars.ADMIN_URL }}" "${{ vars.GATEWAY_URL }}"`.
    9,
  ]);
});
