import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';

const root = join(__dirname, '../../..');
const files = readdirSync(join(root, 'docker')).filter((file) => file.endsWith('.Dockerfile'));
const textOf = (file: string): string => readFileSync(join(root, 'docker', file), 'utf8');

/** The instructions of the last stage. */
function finalStage(file: string): Instruction[] {
  const instructions = DockerfileParser.parse(textOf(file)).getInstructions();
  return instructions.slice(instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM'));
}
const argumentsOf = (file: string, keyword: string): string[] =>
  finalStage(file)
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArgumentsContent() ?? '');

it('has two images', () => {
  expect(files.sort()).toEqual(['plugin-server.Dockerfile', 'upstreams.Dockerfile']);
});

describe.each(files)('%s', (file) => {
  it('has no linter errors', () => {
    expect(validate(textOf(file)).map(({ range, message }) => [range.start.line + 1, message])).toEqual([]);
  });

  it('builds on a fixed LTS line of Node.js', () => {
    expect(textOf(file)).toMatch(/^ARG NODE_IMAGE=node:26-slim$/m);
    for (const from of textOf(file).matchAll(/^FROM (\S+)/gm)) expect(from[1]).toBe('${NODE_IMAGE}');
  });

  it('runs as an unprivileged user, without package manager and setuid files', () => {
    expect(argumentsOf(file, 'USER')).toEqual(['1000:1000']);
    const run = argumentsOf(file, 'RUN').join('\n');
    expect(run).toContain('find / -xdev -type f -perm /6000 -exec chmod a-s {} +');
    for (const tool of ['lib/node_modules', 'bin/npm', 'bin/npx'].map((name) => `/usr/local/${name}`)) {
      expect(run).toContain(tool);
    }
    for (const tool of ['/usr/bin/apt', '/usr/bin/apt-*', '/usr/bin/dpkg', '/usr/bin/dpkg-*']) {
      expect(run).toContain(tool);
    }
    expect(run).not.toMatch(/\b(apt|apt-get|npm|npx) (install|ci|i)\b/);
  });

  it('installs from the lock file', () => {
    const installs = [...textOf(file).matchAll(/(?<=\s)npm \w+/g)].map(([command]) => command);
    expect([...new Set(installs)]).toEqual(['npm ci']);
  });

  it('starts without a shell and contains no secret', () => {
    const [entryPoint = ''] = argumentsOf(file, 'ENTRYPOINT');
    expect(JSON.parse(entryPoint)).toContain('node');
    expect(textOf(file)).not.toMatch(/^\s*(ARG|ENV) \w*(TOKEN|PASSWORD|SECRET|KEY)/im);
  });

  it('copies only files that exist and that .dockerignore allows', () => {
    const ignore = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignore).toContain('*');
    for (const instruction of DockerfileParser.parse(textOf(file)).getCOPYs()) {
      if (instruction.getFromFlag()) continue;
      const sources = instruction.getArguments().map((argument) => argument.getValue());
      for (const source of sources.slice(0, -1)) {
        expect(existsSync(join(root, source))).toBe(true);
        expect(allowed.some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
      }
    }
  });
});

it.each(files)('%s has no development dependencies in its image', (file) => {
  const text = textOf(file);
  expect(text).toMatch(/npm ci --omit=dev/);
  expect(text).toMatch(/^COPY --from=dependencies \/app\/node_modules node_modules$/m);
  expect(text).not.toMatch(/^COPY --from=build \/app\/node_modules/m);
});

it.each(files)('%s sets the mode of files that it copies from the clone', (file) => {
  const copies = finalStage(file).filter((instruction) => instruction.getKeyword() === 'COPY');
  for (const copy of copies) expect(copy.getTextContent()).toMatch(/--from=|--chmod=/);
});

it('uses the versions of the tests in the demo image', () => {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
  interface Manifest {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  }
  interface Lock {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  }
  const ours = read('package.json') as Manifest;
  const { dependencies } = read('docker/upstreams/package.json') as Manifest;
  expect({ ...ours.dependencies, ...ours.devDependencies }).toMatchObject(dependencies);
  const locked = (read('package-lock.json') as Lock).packages;
  for (const [path, { version }] of Object.entries((read('docker/upstreams/package-lock.json') as Lock).packages)) {
    if (path) expect([path, version]).toEqual([path, locked[path]?.version]);
  }
});

it('lists every package that the demo backends import', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'docker/upstreams/package.json'), 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const sources = readdirSync(join(root, 'docker/upstreams'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(root, 'docker/upstreams', name), 'utf8'));
  const imported = sources.flatMap((text) =>
    [...text.matchAll(/ from '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => name!),
  );
  const packages = [...new Set(imported)].filter((name) => name !== 'node');
  expect(packages.sort()).toEqual(Object.keys(dependencies).sort());
});

it('checks the readiness of the plugin server', () => {
  const [check = ''] = argumentsOf('plugin-server.Dockerfile', 'HEALTHCHECK');
  expect(check).toContain('/readyz');
});

describe('the image of the plugin server', () => {
  const dockerfile = DockerfileParser.parse(textOf('plugin-server.Dockerfile'));
  const copied = dockerfile
    .getCOPYs()
    .filter((instruction) => !instruction.getFromFlag())
    .flatMap((instruction) => instruction.getArguments().map((argument) => argument.getValue()));
  const isCopied = (path: string): boolean => copied.some((one) => path === one || path.startsWith(`${one}/`));

  it('is built with every source that another one imports', () => {
    const sources = copied
      .filter((path) => /^(kong|plugins)/.test(path) && existsSync(join(root, path)) && !path.endsWith('.lua'))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter((name) => name.endsWith('.ts'));
    const missing = sources.flatMap((source) =>
      [...readFileSync(join(root, source), 'utf8').matchAll(/ from '(\.[^']*)'/g)]
        .map(([, target]) => relative('.', join(dirname(source), target!)))
        .filter((target) => !isCopied(target))
        .map((target) => `${source} imports ${target}`),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('has the Lua functions that `dump --capture` and `doctor` read', () => {
    const reader = readFileSync(join(root, 'kong/plugin-server/commands/capture-plugin.ts'), 'utf8');
    const names = [...reader.matchAll(/read\('([\w-]+)'\)/g)].map(([, name]) => `kong/lua/${name!}.lua`);
    expect(names.length).toBeGreaterThan(3);
    expect(names.filter((name) => !isCopied(name))).toEqual([]);
  });
});
