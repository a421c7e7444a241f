import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  it('has no fault that a linter finds', () => {
    expect(validate(textOf(file)).map(({ range, message }) => [range.start.line + 1, message])).toEqual([]);
  });

  it('builds on a fixed line of Node that is supported for long', () => {
    expect(textOf(file)).toMatch(/^ARG NODE_IMAGE=node:26-slim$/m);
    for (const from of textOf(file).matchAll(/^FROM (\S+)/gm)) expect(from[1]).toBe('${NODE_IMAGE}');
  });

  it('ends as a user without a name or rights, with no package manager', () => {
    expect(argumentsOf(file, 'USER')).toEqual(['1000:1000']);
    const run = argumentsOf(file, 'RUN').join('\n');
    for (const tool of ['/usr/local/lib/node_modules', '/usr/local/bin/npm', '/usr/local/bin/npx']) {
      expect(run).toContain(tool);
    }
    expect(run).not.toMatch(/\b(apt|apt-get|npm|npx) (install|ci|i)\b/);
  });

  it('installs what the lock file says', () => {
    const installs = [...textOf(file).matchAll(/(?<=\s)npm \w+/g)].map(([command]) => command);
    expect([...new Set(installs)]).toEqual(['npm ci']);
  });

  it('starts without a shell, and keeps no secret', () => {
    const [entryPoint = ''] = argumentsOf(file, 'ENTRYPOINT');
    expect(JSON.parse(entryPoint)).toContain('node');
    expect(textOf(file)).not.toMatch(/^\s*(ARG|ENV) \w*(TOKEN|PASSWORD|SECRET|KEY)/im);
  });

  it('copies what is there, and what .dockerignore lets through', () => {
    const ignore = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    const allowed = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(ignore).toContain('*');
    for (const instruction of DockerfileParser.parse(textOf(file)).getCOPYs()) {
      if (instruction.getFromFlag()) continue;
      const sources = instruction.getArguments().map((argument) => argument.getValue());
      for (const source of sources.slice(0, -1)) {
        expect(existsSync(join(root, source))).toBe(true);
        expect(allowed).toContain(source);
      }
    }
  });
});

it('lets into the plugin server no dependency of development', () => {
  const text = textOf('plugin-server.Dockerfile');
  expect(text).toMatch(/npm ci --omit=dev/);
  expect(text).toMatch(/^COPY --from=dependencies \/app\/node_modules node_modules$/m);
  expect(text).not.toMatch(/^COPY --from=build \/app\/node_modules/m);
});

it('asks the plugin server whether Kong can reach it', () => {
  const [check = ''] = argumentsOf('plugin-server.Dockerfile', 'HEALTHCHECK');
  expect(check).toContain('/readyz');
});
