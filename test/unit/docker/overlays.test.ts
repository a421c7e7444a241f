import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import { parse, parseDocument } from 'yaml';

const docker = join(__dirname, '../../../docker');
const overlays = readdirSync(join(docker, 'overlays')).filter((name) => name.endsWith('.yml'));

interface Service {
  readonly image?: string;
  readonly extends?: { readonly file: string; readonly service: string };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly deploy?: { readonly resources: { readonly limits: object } };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
}

/** An overlay with its anchors merged; the tags of Compose are ignored, their values kept. */
function read(file: string): ComposeFile {
  const customTags = ['!override', '!reset'].flatMap((tag) => [
    { tag, collection: 'map' as const },
    { tag, collection: 'seq' as const },
  ]);
  const document = parseDocument(readFileSync(join(docker, file), 'utf8').replaceAll(/^.*: !reset .*$/gm, ''), {
    merge: true,
    customTags,
  });
  expect(document.errors).toEqual([]);
  return JSON.parse(JSON.stringify(document.toJS())) as ComposeFile;
}

const schema = parse(readFileSync(join(__dirname, '../../fixtures/compose-spec/compose-spec.json'), 'utf8')) as Record<
  string,
  unknown
>;
delete schema['$schema'];
const isComposeFile = new Ajv({ strict: false, validateFormats: false }).compile(schema);
const base = read('compose.yml');

/** Files that the user makes; the comment at the top of the overlay says how. */
const MADE = ['./kong.built.yml', './cluster.crt', './cluster.key'];

describe.each(overlays)('%s', (name) => {
  const file = read(join('overlays', name));
  const text = readFileSync(join(docker, 'overlays', name), 'utf8');
  const added = Object.entries(file.services).filter(([service]) => !(service in base.services));

  it('conforms to the Compose Specification', () => {
    isComposeFile(file);
    expect(isComposeFile.errors).toBeNull();
  });

  it('says how to start it, and docs/topologies.md when to use it', () => {
    expect(text).toMatch(new RegExp(`docker compose -f docker/compose.yml .*-f docker/overlays/${name} up`));
    expect(readFileSync(join(docker, '../docs/topologies.md'), 'utf8')).toContain(`](../docker/overlays/${name})`);
  });

  it('adds services that are as isolated as those of compose.yml', () => {
    for (const [service, { extends: from, ...one }] of added) {
      if (from !== undefined) {
        // Relative to the first file, not to the overlay.
        expect([service, from.file, base.services]).toEqual([
          service,
          'compose.yml',
          expect.objectContaining({ [from.service]: expect.anything() as object }),
        ]);
        continue;
      }
      expect([service, one]).toEqual([
        service,
        expect.objectContaining({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          healthcheck: expect.anything() as object,
        }),
      ]);
      expect(Object.keys(one.deploy!.resources.limits).sort()).toEqual(['cpus', 'memory', 'pids']);
      expect(one.image!.replace(/\$\{\w+:-([^}]*)\}/, '$1')).toMatch(/^[\w./-]+:[\w.-]*\d[\w.-]*$/);
    }
  });

  it('publishes on loopback only, and mounts files that exist, read-only', () => {
    for (const { ports = [], volumes = [] } of Object.values(file.services)) {
      for (const port of ports) expect(port).toMatch(/^(127\.0\.0\.1|\$\{GATEWAY_ADDRESS:-127\.0\.0\.1\}):(\d+):\2$/);
      for (const volume of volumes) {
        const [source = '', , mode] = volume.split(':');
        if (!source.startsWith('.')) continue;
        expect([source, mode]).toEqual([source, 'ro']);
        if (MADE.includes(source)) expect(text).toContain(source.slice(2));
        else expect([source, existsSync(resolve(docker, source))]).toEqual([source, true]);
      }
    }
  });
});

it('ships log lines with fields that they have', () => {
  const config = readFileSync(join(docker, 'overlays/logs/fluent-bit.yml'), 'utf8');
  const format = readFileSync(join(docker, '../kong/request-log.conf'), 'utf8');
  const named = /request-log\.conf\): ([^O]*)\. Of a line/.exec(config.replaceAll(/\n# ?/g, ' '))![1]!.split(/,\s+/);
  expect(named.length).toBeGreaterThan(8);
  for (const field of named) for (const part of field.trim().split('.')) expect(format).toContain(`"${part}":`);
});

it('has the parsers of Fluent Bit outside of the pipeline: it rejects them there', () => {
  const config = parse(readFileSync(join(docker, 'overlays/logs/fluent-bit.yml'), 'utf8')) as Record<string, object>;
  expect(Object.keys(config)).toEqual(['service', 'parsers', 'pipeline']);
  expect(Object.keys(config['pipeline']!)).toEqual(['inputs', 'filters', 'outputs']);
});
