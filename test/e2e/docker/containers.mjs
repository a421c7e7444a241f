/** How the containers are set up. */
import assert from 'node:assert/strict';
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, docker, inspectAll } from './deployment.mjs';

/** Limits are set, only named volumes and memory are writable, and no container was killed. */
export async function checkContainers() {
  const { services } = JSON.parse(await compose(['config', '--format', 'json']));
  for (const [service, { HostConfig, Mounts, State, RestartCount }] of await inspectAll()) {
    const { memory, pids } = services[service].deploy.resources.limits;
    assert.equal(HostConfig.Memory, Number(memory), `${service}: memory`);
    assert.equal(HostConfig.PidsLimit, Number(pids), `${service}: pids`);
    assert.ok(HostConfig.ReadonlyRootfs, `${service}: read-only`);
    for (const options of Object.values(HostConfig.Tmpfs ?? {})) assert.match(options, /size=/, service);
    const volumes = Mounts.filter(({ Type }) => Type === 'volume').map(({ Name }) => Name);
    assert.deepEqual(
      volumes.filter((name) => /^[0-9a-f]{64}$/.test(name)),
      [],
      `${service}: volumes without a name`,
    );
    assert.deepEqual([service, State.OOMKilled, RestartCount], [service, false, 0]);
  }
}

/** The images that are built here have neither package manager nor setuid files nor what only development needs. */
export async function checkImages() {
  for (const image of ['plugin-server', 'demo-upstreams']) {
    const script = `
      find / -xdev -type f -perm /6000 2>/dev/null
      for tool in npm npx apt apt-get dpkg; do command -v $tool; done
      ls -d /app/node_modules/typescript /app/node_modules/eslint /app/node_modules/jest 2>/dev/null`;
    const tag = `kong-ai-plugins/${image}:0.1.0`;
    const shell = ['run', '--rm', '--network', 'none', '--entrypoint', 'sh', tag, '-c'];
    assert.equal(await docker(...shell, `${script}\ntrue`), '', image);
    const kilobytes = Number.parseInt(await docker(...shell, 'du -sk /app/node_modules'), 10);
    assert.ok(kilobytes < 100_000, `${image}: ${kilobytes} kB of dependencies`);
  }
}

/** Only the owner and the group of the socket can connect, and Kong has that group. */
export async function checkSocket() {
  const stat = (service) =>
    compose(['exec', '-T', service, 'stat', '-c', '%a %g', '/run/kong-ai-plugins/plugins.sock']);
  assert.equal(await stat('plugin-server'), '660 10001');
  assert.equal(await stat('kong'), '660 10001');
}

/** Files that only their owner may read, as a clone under umask 077 has them, end in a message that says what to do. */
export async function checkUmask() {
  const clone = await mkdtemp(join(tmpdir(), 'clone-'));
  try {
    for (const folder of ['docker', 'kong'])
      await cp(join(import.meta.dirname, '../../..', folder), join(clone, folder), { recursive: true });
    await restrict(clone);
    const args = [
      '-p',
      'kong-ai-plugins-umask',
      '-f',
      join(clone, 'docker/compose.yml'),
      'run',
      '--rm',
      'file-permissions',
    ];
    await assert.rejects(docker('compose', ...args), /kong\.yml[\s\S]*chmod -R go\+rX docker kong/);
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

async function restrict(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
  await chmod(folder, 0o700);
}
