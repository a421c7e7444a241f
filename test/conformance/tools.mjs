import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from './processes.mjs';

/** The oldest version of Node.js that the suite supports. */
const NODE = '22.23.3';
const SUITE = '0.2.0-alpha.12';

/** The sources of the reference servers, which are not published as packages. */
export const REPOSITORIES = {
  conformance: {
    url: 'https://github.com/modelcontextprotocol/conformance.git',
    commit: 'c321dd32035556e6769d3724a8ee97d87c3faaac',
  },
  sdk: {
    url: 'https://github.com/modelcontextprotocol/typescript-sdk.git',
    commit: '3924de99df834302d89f5997a1b64ca268282284',
  },
};

/** The dependencies of the second server, in the versions of its repository at that commit. */
const SDK_SERVER_PACKAGES = {
  '@modelcontextprotocol/server': '2.4.0',
  '@modelcontextprotocol/node': '2.1.2',
  '@modelcontextprotocol/express': '2.0.2',
  express: '^5.2.1',
  cors: '^2.8.5',
  tsx: '^4.7.0',
  zod: '^4.3.6',
};

/**
 * Installs Node.js, the suite and the reference servers into `cache` at the first call. `sources` may name another
 * address or the path of a copy for a repository.
 *
 * @returns paths: `node`, `suite`, and the programs of the servers
 */
export async function installTools(cache, sources) {
  const tools = join(cache, `tools-${SUITE}`);
  const lenient = join(cache, `lenient-${REPOSITORIES.conformance.commit}`);
  const strict = join(cache, `strict-${REPOSITORIES.sdk.commit}`);
  await once(tools, (folder) => install(folder, { node: NODE, '@modelcontextprotocol/conformance': SUITE }));
  await once(lenient, async (folder) => {
    await checkOut(sources.conformance, REPOSITORIES.conformance.commit, 'examples/servers/typescript', folder);
    await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  });
  await once(strict, async (folder) => {
    await checkOut(sources.sdk, REPOSITORIES.sdk.commit, 'test/conformance/src/everythingServer.ts', folder);
    await install(folder, SDK_SERVER_PACKAGES);
  });
  return {
    node: join(tools, 'node_modules', 'node', 'bin', 'node'),
    suite: join(tools, 'node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js'),
    servers: {
      lenient: join(lenient, 'everything-server.ts'),
      strict: join(strict, 'everythingServer.ts'),
    },
  };
}

/** Fills a folder; it appears only when it is complete. */
async function once(folder, fill) {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await fill(unfinished);
  await rename(unfinished, folder);
}

async function install(folder, dependencies) {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
}

/** Copies one folder or file of a repository at a commit into a folder, without the rest of its path. */
async function checkOut(url, commit, path, folder) {
  const git = (...args) => run('git', args, { cwd: folder });
  await git('init', '--quiet');
  await git('fetch', '--quiet', '--depth', '1', url, commit);
  await git('archive', '--output', 'tree.tar', 'FETCH_HEAD', path);
  const isFile = path.endsWith('.ts');
  const depth = (isFile ? dirname(path) : path).split('/').length;
  await run('tar', ['-xf', 'tree.tar', `--strip-components=${depth}`], { cwd: folder });
  await rm(join(folder, 'tree.tar'));
  await rm(join(folder, '.git'), { recursive: true });
}
