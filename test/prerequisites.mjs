/**
 * Prints in one line what `npm test` needs and this machine lacks, before any test runs; then exits with 1.
 *
 * The tests use a real Redis, also over TLS, and check rules with a real Prometheus.
 */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(import.meta.url), '..', '..');

/** Commands, and the package of Debian and of Homebrew that brings each. */
const COMMANDS = [
  ['redis-server', 'redis-server', 'redis'],
  ['prometheus', 'prometheus', 'prometheus'],
  ['promtool', 'prometheus', 'prometheus'],
  ['openssl', 'openssl', 'openssl'],
];

function isOnPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Whether a version of Node.js is the wanted one or newer; both as `major.minor...`. */
function isAtLeast(version, wanted) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function complaint() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node.replace(/^>=/, '');
  if (!isAtLeast(process.versions.node, wanted)) {
    return `npm test needs Node.js ${wanted} or newer; this is ${process.versions.node}`;
  }
  if (!existsSync(join(root, 'node_modules', 'jest'))) return 'npm test needs the dependencies: run `npm ci` first';
  const missing = COMMANDS.filter(([command]) => !isOnPath(command));
  if (missing.length === 0) return undefined;
  const names = (at) => [...new Set(missing.map((entry) => entry[at]))].join(' ');
  return (
    `npm test needs ${missing.map(([command]) => command).join(', ')} on PATH: ` +
    `\`apt-get install ${names(1)}\` on Debian, \`brew install ${names(2)}\` on macOS`
  );
}

const problem = complaint();
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
