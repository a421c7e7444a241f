import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly strategy: { readonly matrix: { readonly node: readonly number[] } };
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
      }
    >
  >;
}

it('runs .ci/run on the oldest line of Node.js that the package allows, and on newer ones', () => {
  const { jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
  const [job] = Object.values(jobs);
  const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
  const { node } = job!.strategy.matrix;
  expect(Math.min(...node)).toBe(Number(/\d+/.exec(engines.node)![0]));
  expect(node.length).toBeGreaterThan(1);
  expect(job!.steps.map(({ run }) => run)).toContain('.ci/run');
  for (const { uses } of job!.steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  expect(() => {
    accessSync(join(root, '.ci/run'), constants.X_OK);
  }).not.toThrow();
});

it('has launch configurations that name compiled programs and files that exist', () => {
  const { configurations } = JSON.parse(read('.vscode/launch.json')) as { configurations: { program: string }[] };
  for (const { program } of configurations) {
    const path = program.replace('${workspaceFolder}/', '');
    const source = path.startsWith('dist/') ? path.replace(/^dist\//, '').replace(/\.js$/, '.ts') : path;
    expect(() => {
      accessSync(join(root, source));
    }).not.toThrow();
  }
});
