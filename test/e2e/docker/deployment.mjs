/** The containers of docker/compose.yml with the demo backends, as a project of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PROJECT = 'kong-ai-plugins-scenario';
const FILES = ['docker/compose.yml', 'docker/compose.demo.yml', 'test/e2e/docker/compose.ports.yml'];
const DEV_FILES = ['docker/compose.dev.yml', 'test/e2e/docker/compose.dev-ports.yml'];

/** Runs docker and resolves with its output; if it fails, rejects with the end of the output. */
export function docker(...args) {
  return new Promise((resolve, reject) => {
    execFile('docker', args, { cwd: ROOT, maxBuffer: 64 * 1_048_576 }, (error, stdout, stderr) => {
      if (!error) resolve(stdout.trim());
      else reject(new Error(`docker ${args.join(' ').slice(0, 200)}: ${`${stdout}\n${stderr}`.trim().slice(-3_000)}`));
    });
  });
}

/** Runs docker compose on the deployment; `files` are added to the usual ones. */
export const compose = (args, files = []) =>
  docker('compose', '-p', PROJECT, ...[...FILES, ...files].flatMap((file) => ['-f', file]), ...args);

/** Starts the services, and waits until each is healthy. Never pulls: a missing image is an error. */
export const up = (services, { build = false, dev = false } = {}) =>
  compose(['up', '--detach', '--wait', ...(build ? ['--build'] : []), ...services], dev ? DEV_FILES : []);

/** Removes the containers and networks, with `volumes` also their volumes. */
export const down = ({ volumes = false } = {}) =>
  compose(['--profile', '*', 'down', '--remove-orphans', '--timeout', '5', ...(volumes ? ['--volumes'] : [])]);

/** The containers by service, as `docker inspect` describes them; those that ended too. */
export async function inspectAll() {
  const ids = (await compose(['ps', '--all', '--quiet', '--no-trunc'])).split('\n').filter(Boolean);
  const containers = JSON.parse(await docker('inspect', ...ids));
  return new Map(containers.map((one) => [one.Config.Labels['com.docker.compose.service'], one]));
}

/** The container of one service. */
export const inspect = async (service) => (await inspectAll()).get(service);

/** Runs a Node.js program in the container of a service; resolves with its output. */
export const runNode = (service, script, ...args) => compose(['exec', '-T', service, 'node', '-e', script, ...args]);
