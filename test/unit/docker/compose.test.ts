import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import { parseDocument } from 'yaml';

const folder = join(__dirname, '../../../docker');

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly restart?: string;
  readonly privileged?: boolean;
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: {
    readonly resources: Readonly<Record<string, { readonly cpus: string; readonly memory: string }>>;
  };
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/** A compose file with its anchors merged; `!override` and `!reset` are Compose's own, the value under them counts. */
function read(file: string): ComposeFile {
  const customTags = ['!override', '!reset'].flatMap((tag) => [
    { tag, collection: 'map' as const },
    { tag, collection: 'seq' as const },
  ]);
  const document = parseDocument(readFileSync(join(folder, file), 'utf8'), { merge: true, customTags });
  expect(document.errors).toEqual([]);
  return JSON.parse(JSON.stringify(document.toJS())) as ComposeFile;
}

/** The variables that a text takes from the environment, with their defaults put in. */
const filled = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

const base = read('compose.yml');
const demo = read('compose.demo.yml');
const services = Object.entries(base.services);
const longRunning = services.filter(([name]) => name !== 'plugin-descriptions');
const all = [...services, ...Object.entries(demo.services)];

const schema = JSON.parse(
  readFileSync(join(__dirname, '../../fixtures/compose-spec/compose-spec.json'), 'utf8'),
) as Record<string, unknown>;
// Written for draft 7, under an address that ajv does not know it by.
delete schema['$schema'];
const isComposeFile = new Ajv({ strict: false, validateFormats: false }).compile(schema);

it.each([
  ['compose.yml', base],
  ['compose.demo.yml', demo],
])('%s keeps the Compose Specification', (_, file) => {
  isComposeFile(file);
  expect(isComposeFile.errors).toBeNull();
});

describe('every service', () => {
  it.each(services)('%s can write nothing, gain nothing and use up nothing', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { options: { 'max-size': '10m' } },
    });
    const { limits, reservations } = service.deploy?.resources ?? {};
    expect(Object.keys(limits ?? {}).sort()).toEqual(['cpus', 'memory', 'pids']);
    expect(Object.keys(reservations ?? {}).sort()).toEqual(['cpus', 'memory']);
    expect(service.privileged).toBeUndefined();
    expect(service.volumes ?? []).not.toContainEqual(expect.stringContaining('docker.sock'));
  });

  it.each(longRunning)('%s is started again, and says how it is', (_, { restart, healthcheck }) => {
    expect(restart).toBe('unless-stopped');
    expect(healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it.each(all)('%s has an image with a version', (_, { image = '' }) => {
    expect(filled(image)).toMatch(/^[\w./-]+:[\w.-]*\d[\w.-]*$/);
  });

  it.each(services)('%s reserves no more than it may use', (_, { deploy }) => {
    const bytes = (text: string) => Number.parseFloat(text) * { M: 1, G: 1024 }[text.at(-1) as 'M' | 'G'];
    const { limits, reservations } = deploy!.resources;
    expect(Number(filled(reservations!.cpus))).toBeLessThanOrEqual(Number(filled(limits!.cpus)));
    expect(bytes(filled(reservations!.memory))).toBeLessThanOrEqual(bytes(filled(limits!.memory)));
  });

  it.each(services)('%s publishes on loopback only', (_, { ports = [] }) => {
    for (const port of ports) expect(filled(port)).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
  });
});

describe('what services name', () => {
  it.each(services)('of %s is there: files, volumes, networks and services', (_, service) => {
    for (const volume of service.volumes ?? []) {
      const [source = '', target, mode] = volume.split(':');
      expect(target).toMatch(/^\//);
      if (!source.startsWith('.')) {
        expect(base.volumes).toHaveProperty([source]);
        continue;
      }
      expect(existsSync(resolve(folder, source))).toBe(true);
      expect(mode).toBe('ro');
    }
    for (const network of service.networks ?? []) expect(base.networks).toHaveProperty([network]);
    for (const dependency of Object.keys(service.depends_on ?? {})) {
      expect(base.services).toHaveProperty([dependency]);
    }
  });

  it.each(all.filter(([, { build }]) => build))('of %s is built: context, Dockerfile and stage', (_, { build }) => {
    const dockerfile = readFileSync(resolve(folder, build!.context, build!.dockerfile), 'utf8');
    expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${build!.target}$`, 'm'));
  });

  it('of the demo replaces services that there are', () => {
    expect(Object.keys(base.services)).toEqual(expect.arrayContaining(Object.keys(demo.services)));
  });

  it('is documented where it comes from the environment', () => {
    const text = ['compose.yml', 'compose.demo.yml'].map((file) => readFileSync(join(folder, file), 'utf8')).join('');
    const used = [...text.matchAll(/\$\{(\w+):-([^}]*)\}/g)].map(([, name, value]) => `${name!}=${value!}`);
    const example = readFileSync(join(folder, '.env.example'), 'utf8');
    const documented = example.split('\n').filter((line) => /^\w/.test(line));
    expect([...new Set(used)].sort()).toEqual(documented.sort());
  });
});

describe('the gateway in a container', () => {
  const kong = base.services['kong']!;
  const conf = readFileSync(join(folder, '../kong/kong.conf'), 'utf8');
  const kongYml = readFileSync(join(folder, '../kong/kong.yml'), 'utf8');

  it('starts when the plugins can be described and answer', () => {
    expect(kong.depends_on).toEqual({
      'plugin-descriptions': { condition: 'service_completed_successfully' },
      'plugin-server': { condition: 'service_healthy' },
    });
  });

  it('finds socket and descriptions where kong.conf says', () => {
    const shared = '/run/kong-ai-plugins';
    const places = [...conf.matchAll(/^pluginserver_\w+_(?:socket|query_cmd) = (?:cat )?(\S+)$/gm)].map(
      ([, at]) => at!,
    );
    expect(places.length).toBe(8);
    for (const place of places) expect(place.startsWith(`${shared}/`)).toBe(true);
    for (const name of ['kong', 'plugin-server', 'plugin-descriptions']) {
      expect(base.services[name]!.volumes).toContainEqual(expect.stringMatching(`^plugin-sockets:${shared}(:ro)?$`));
    }
    expect(base.services['plugin-server']!.command).toEqual(
      expect.arrayContaining(['--socket', places.find((place) => place.endsWith('.sock'))]),
    );
    expect(base.services['plugin-descriptions']!.command).toEqual(['dump', '--all', '--out', shared]);
  });

  it('finds every backend of kong.yml by the name of its service, at its port', () => {
    const targets = [...kongYml.matchAll(/- target: ([\w-]+):(\d+)/g)].map(([, host, port]) => [host!, port!] as const);
    expect(targets.length).toBe(4);
    for (const [host, port] of targets) {
      const service = base.services[host]!;
      expect(service.networks!.filter((network) => kong.networks!.includes(network))).not.toEqual([]);
      expect(JSON.stringify(service.healthcheck)).toContain(host === 'ollama' ? 'ollama' : `127.0.0.1:${port}/`);
    }
  });

  it('keeps backends away from what governs and watches it', () => {
    for (const name of ['redis', 'prometheus', 'grafana', 'plugin-server']) {
      expect(base.services[name]!.networks).toEqual(['control']);
    }
    for (const name of ['py-calculator', 'go-calculator', 'ollama', 'phoenix']) {
      expect(base.services[name]!.networks).toEqual(['backends']);
    }
  });
});
