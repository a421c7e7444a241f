// Checks the Helm chart: `npm run check:kubernetes`. Lints it, renders it with each values file, validates the result
// against the schemas of Kubernetes, tries wrong values, and compares the renderings with those that the tests read.
// `--write` stores the renderings anew.
//
// Needs helm 3 and kubeconform on PATH. KUBERNETES_SCHEMAS: where kubeconform finds schemas, if not on the internet.
// OPERATOR_SCHEMAS: where it finds those of the Prometheus Operator; without it, its kinds are skipped.
// KONG_CHART: the official chart of Kong (a folder, or kong/kong after `helm repo add`), to check kong-chart.yml too.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { parse, parseAllDocuments, stringify } from 'yaml';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const { CHART_CASES, RENDERED, chartInputs } = require('../dist/kong/generate/chart-inputs.js');
const { values: options } = parseArgs({ options: { write: { type: 'boolean', default: false } } });

const CHART = 'kubernetes/chart';
const KUBERNETES = ['1.30.0', '1.33.0', '1.36.0'];
/** Kinds of the Prometheus Operator: Kubernetes has no schemas for them. */
const SKIPPED = 'ServiceMonitor,PrometheusRule';
const RELEASE = ['gateway', '--namespace', 'ai', '--kube-version', KUBERNETES[0]];

const repository = {
  read: (path) => readFileSync(join(root, path), 'utf8'),
  list: (folder) =>
    readdirSync(join(root, folder), { recursive: true }).filter((name) => statSync(join(root, folder, name)).isFile()),
};
let failures = 0;
const say = (text) => process.stdout.write(`${text}\n`);
const fail = (text) => {
  failures += 1;
  process.stderr.write(`error: ${text}\n`);
};

function run(command, args, input) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, input, encoding: 'utf8' });
  if (error) throw new Error(`cannot run ${command}: ${error.message}. Install helm 3 and kubeconform`);
  return { ok: status === 0, stdout, text: `${stdout}${stderr}`.trim() };
}

const withValues = (file) => (file === undefined ? [] : ['--values', file]);

/** The documents of a rendering, without what comes from files/: `npm run generate` keeps that current, without Helm. */
function stored(manifests, inputs) {
  const text = manifests.map((manifest) =>
    stringify(withoutFiles(manifest), { lineWidth: 0, aliasDuplicateObjects: false }),
  );
  return `# inputs: ${inputs}\n# Written by \`npm run check:kubernetes -- --write\`.\n---\n${text.join('---\n')}`;
}

function withoutFiles(manifest) {
  const copy = structuredClone(manifest);
  if (copy.kind === 'ConfigMap') for (const name of Object.keys(copy.data)) copy.data[name] = '(content)';
  if (copy.kind === 'PrometheusRule') copy.spec.groups = [];
  const { annotations = {} } = copy.spec?.template?.metadata ?? {};
  if ('checksum/config' in annotations) annotations['checksum/config'] = '(hash)';
  return copy;
}

/** Compares what comes from files/ with these files. */
function checkContents(name, manifests) {
  const text = (file) => repository.read(`${CHART}/files/${file}`);
  for (const { kind, metadata, data, spec } of manifests) {
    if (kind === 'PrometheusRule') {
      const files = repository.list(`${CHART}/files/rules`).toSorted();
      const groups = files
        .filter((file) => file !== 'prices.yml')
        .flatMap((file) => parse(text(`rules/${file}`)).groups);
      if (!isDeepStrictEqual(spec.groups, groups)) fail(`${name}: the PrometheusRule differs from files/rules`);
    }
    if (kind !== 'ConfigMap') continue;
    for (const [file, content] of Object.entries(data)) {
      const folder = metadata.name.includes('-dashboard-') ? 'dashboards/' : '';
      const isRedis = file === 'kong.yml' && content.includes('redis-password');
      const wanted = text(isRedis ? 'kong-redis.yml' : `${folder}${file}`);
      const host = /^ +host: (.*redis.*)$/m.exec(content)?.[1] ?? '';
      const port = /^ +host: .*redis.*\n +port: (\d+)$/m.exec(content)?.[1] ?? '';
      const shown = isRedis
        ? wanted.replaceAll('redis.of-the-release', host).replaceAll('port: 6379', `port: ${port}`)
        : wanted;
      if (content.trimEnd() !== shown.trimEnd())
        fail(`${name}: ${file} of ${metadata.name} differs from the file in files/`);
      if (content.includes('of-the-release')) fail(`${name}: ${file} has no host of Redis`);
    }
  }
}

function validate(name, manifests) {
  for (const version of KUBERNETES) {
    const { ok, text } = run(
      'kubeconform',
      ['-strict', '-summary', '-kubernetes-version', version, ...schemas(), '-'],
      manifests,
    );
    if (ok) say(`${name}, Kubernetes ${version}: ${text.split('\n').at(-1)}`);
    else fail(`${name} is not valid for Kubernetes ${version}:\n${text}`);
  }
}

function schemas() {
  const { KUBERNETES_SCHEMAS = 'default', OPERATOR_SCHEMAS } = process.env;
  const operator = OPERATOR_SCHEMAS === undefined ? ['-skip', SKIPPED] : ['-schema-location', OPERATOR_SCHEMAS];
  return ['-schema-location', KUBERNETES_SCHEMAS, ...operator];
}

function checkCase(name, values) {
  const lint = run('helm', ['lint', '--strict', CHART, '--kube-version', KUBERNETES[0], ...withValues(values)]);
  if (!lint.ok) fail(`helm lint, ${name}:\n${lint.text}`);
  const { ok, stdout, text } = run('helm', ['template', ...RELEASE, CHART, ...withValues(values)]);
  if (!ok) {
    fail(`helm template, ${name}:\n${text}`);
    return;
  }
  validate(name, stdout);
  const file = join(root, RENDERED, `${name}.yml`);
  const manifests = parseAllDocuments(stdout)
    .map((document) => document.toJS())
    .filter(Boolean);
  checkContents(name, manifests);
  const current = stored(manifests, chartInputs(repository, values));
  if (options.write) {
    mkdirSync(join(root, RENDERED), { recursive: true });
    writeFileSync(file, current);
  } else if (readFileSync(file, 'utf8') !== current) {
    fail(`${RENDERED}/${name}.yml is not current: run \`npm run check:kubernetes -- --write\``);
  }
}

/** Values that must be rejected, and what the message must contain. */
const WRONG = [
  ['replica=3', 'replica'],
  ['replicas=many', '/replicas'],
  ['kong.env.kong_x=1', 'kong_x'],
  ['kong.env.KONG_ADMIN_LISTEN=0.0.0.0:8001', '/kong/env'],
  ['kong.image.tag=latest', '/kong/image/tag'],
  ['kong.workers=0', '/kong/workers'],
  ['kong.resources.limits.memory=1GB', '/kong/resources/limits/memory'],
  ['drain.timeout=0', '/drain/timeout'],
  ['service.type=Public', '/service/type'],
  ['redis.enabled=true', '/redis/passwordSecret/name'],
  ['ingress.enabled=true', '/ingress/hosts'],
  ['pluginServer.tracesEndpoint=phoenix:6006', '/pluginServer/tracesEndpoint'],
  ['autoscaling.enabled=true,autoscaling.minReplicas=9', 'autoscaling.minReplicas'],
  ['kong.config=a,kong.existingConfigMap=b', 'kong.existingConfigMap'],
];

function checkWrongValues() {
  const before = failures;
  for (const [set, message] of WRONG) {
    const { ok, text } = run('helm', ['template', ...RELEASE, CHART, '--set', set]);
    if (ok) fail(`--set ${set} is accepted`);
    else if (!text.replaceAll('.', '/').includes(message.replaceAll('.', '/'))) {
      fail(`--set ${set} does not name ${message}:\n${text}`);
    }
  }
  if (failures === before) say(`${WRONG.length} wrong values are rejected, each with its name`);
}

function checkOfficialChart() {
  const chart = process.env.KONG_CHART;
  if (chart === undefined) {
    say('kong-chart.yml is not checked: KONG_CHART names no chart');
    return;
  }
  const { ok, stdout, text } = run('helm', ['template', ...RELEASE, chart, '--values', 'kubernetes/kong-chart.yml']);
  if (ok) validate('kong-chart.yml', stdout);
  else fail(`helm template, kong-chart.yml:\n${text}`);
}

say(execFileSync('helm', ['version', '--short'], { encoding: 'utf8' }).trim());
for (const [name, values] of CHART_CASES) checkCase(name, values);
checkWrongValues();
checkOfficialChart();
if (failures > 0) process.exitCode = 1;
