import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { until } from '../../kong/testkit/until';

/** A block of code in README's tutorial: a file to write, or commands to type. */
interface Block {
  readonly language: string;
  /** The first file that the text before the block names in backticks at the start of a line. */
  readonly file: string | undefined;
  readonly text: string;
}

const repository = join(__dirname, '..', '..');
const parent = mkdtempSync(join(tmpdir(), 'tutorial-'));
/** Where the tutorial's commands run: `mkdir` and `cd` of the tutorial make and enter it. */
const folder = join(parent, 'client-names');
/** No command may ask a registry. */
const env = { ...process.env, npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

const [, section = ''] = /^## Add a plugin of your own\n([^]*?)^## /m.exec(
  readFileSync(join(repository, 'README.md'), 'utf8'),
) as unknown as string[];
const blocks: readonly Block[] = [...section.matchAll(/([^]*?)^```(\w+)\n([^]*?)^```$/gm)].map(
  ([, before = '', language = '', text = '']) => ({ language, file: /^`([\w./-]+)`/m.exec(before)?.[1], text }),
);

beforeAll(() => {
  // The clone, as another machine would have it: the files that the package publishes, and its dependencies.
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', parent], { cwd: repository, env });
  execFileSync('tar', ['-xf', String(packed).trim()], { cwd: parent });
  execFileSync('mv', ['package', 'kong-ai-plugins'], { cwd: parent });
  symlinkSync(join(repository, 'node_modules'), join(parent, 'kong-ai-plugins/node_modules'));
});

afterAll(() => {
  rmSync(parent, { recursive: true });
});

/** Stands for the one command that needs a registry: links packages of this repository. */
function link(packages: readonly string[]): void {
  for (const name of packages) {
    const target = join(folder, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), target);
    const { bin = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as { bin?: object };
    for (const [command, path] of Object.entries(bin)) {
      symlinkSync(join(target, path as string), join(folder, 'node_modules/.bin', command));
    }
  }
}

/** Runs `serve` until it listens, and stops it. */
async function serveOnce(command: string): Promise<void> {
  const server = spawn('sh', ['-c', `exec ${command}`], { cwd: folder, env, stdio: 'ignore' });
  const socket = join(folder, 'run/plugins.sock');
  try {
    await until(() => existsSync(socket) && statSync(socket).isSocket(), 'the socket of the tutorial');
  } finally {
    server.kill();
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

async function run(command: string): Promise<string> {
  const [, packages] = /^npm install --save-dev (.+)$/.exec(command) ?? [];
  if (packages !== undefined) link(packages.split(' '));
  else if (/ serve /.test(command)) await serveOnce(command);
  else if (!command.startsWith('cd ')) {
    const cwd = existsSync(folder) ? folder : parent;
    return execFileSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  }
  return '';
}

it("README's tutorial leads from an empty folder to a request through the gateway", async () => {
  const printed: string[] = [];
  for (const { language, file, text } of blocks) {
    if (language !== 'sh') writeFileSync(join(folder, file!), text);
    else for (const command of text.trim().split('\n')) printed.push(await run(command));
  }
  expect(printed.join('')).toMatch(/^# pass 3\n# fail 0$/m);
  expect(JSON.parse(readFileSync(join(folder, 'run/require-client-name.json'), 'utf8'))).toMatchObject({
    Plugins: [{ Name: 'require-client-name', Priority: 920, Phases: ['access'] }],
  });
});
