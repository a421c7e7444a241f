/** The requirements of the scenario on this machine. */
import { docker } from './deployment.mjs';

const COMPOSE_MINIMUM = [2, 24, 4];
const NEEDED = ['node:26-slim', 'redis:8.6.1-alpine'];
/** Services that run only if their images are available. */
const OPTIONAL = {
  prometheus: 'prom/prometheus:v3.13.1',
  grafana: 'grafana/grafana:13.2.3',
  'redis-exporter': 'oliver006/redis_exporter:v1.80.0-alpine',
};
const ALWAYS = ['kong', 'plugin-server', 'py-calculator', 'go-calculator', 'ollama', 'phoenix', 'redis'];

const isThere = (image) =>
  docker('image', 'inspect', image).then(
    () => true,
    () => false,
  );

/** The services to start, or one line that explains why the scenario cannot run here. */
export async function findPrerequisites() {
  try {
    await docker('version', '--format', '{{.Server.Version}}');
  } catch {
    return { missing: 'there is no Docker engine that answers' };
  }
  const version = await docker('compose', 'version', '--short').catch(() => '');
  if (!isRecent(version)) return { missing: `Docker Compose ${COMPOSE_MINIMUM.join('.')} or newer is not there` };
  const kong = process.env.KONG_IMAGE ?? 'kong:3.9';
  for (const image of [kong, ...NEEDED]) {
    if (!(await isThere(image))) return { missing: `the image ${image} is not there (docker pull ${image})` };
  }
  const optional = await Promise.all(
    Object.entries(OPTIONAL).map(async ([service, image]) => ((await isThere(image)) ? [service] : [])),
  );
  return { services: [...ALWAYS, ...optional.flat()] };
}

function isRecent(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number.parseFloat);
  for (const [index, minimum] of COMPOSE_MINIMUM.entries()) {
    if (!(parts[index] >= minimum)) return false;
    if (parts[index] > minimum) return true;
  }
  return true;
}
