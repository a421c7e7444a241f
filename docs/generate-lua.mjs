import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The header of a block scalar that contains a file: `- | # kong/lua/capture-log.lua`. */
const HEADER = /\|[ \t]*# (kong\/lua\/[\w-]+\.lua)$/;

const indentOf = (line) => line.length - line.trimStart().length;

/**
 * Replaces each block scalar whose header names a Lua file by the content of that file. Kong's declarative format cannot
 * include files, so kong.yml contains copies.
 *
 * @param {string} yaml the text of kong.yml
 * @param {(path: string) => string} read returns the content of a file, by its path in the repository
 * @returns {string} the text with the current content of all files
 */
export function embedLua(yaml, read) {
  const output = [];
  let skipBeyond; // While set, lines with a larger indent belong to a block that was replaced.
  for (const line of yaml.split('\n')) {
    if (skipBeyond !== undefined && line.trim() !== '' && indentOf(line) > skipBeyond) continue;
    skipBeyond = undefined;
    output.push(line);
    const [, path] = HEADER.exec(line) ?? [];
    if (path === undefined) continue;
    skipBeyond = indentOf(line);
    const indent = ' '.repeat(skipBeyond + 2);
    for (const code of read(path).trimEnd().split('\n')) output.push(code === '' ? '' : indent + code);
  }
  return output.join('\n');
}

/** Updates kong.yml and the profiles. */
export function generateLua(root) {
  const profiles = readdirSync(join(root, 'kong', 'profiles')).map((name) => join('kong', 'profiles', name));
  for (const path of [join('kong', 'kong.yml'), ...profiles]) {
    const file = join(root, path);
    writeFileSync(
      file,
      embedLua(readFileSync(file, 'utf8'), (lua) => readFileSync(join(root, lua), 'utf8')),
    );
  }
}
