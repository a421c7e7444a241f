import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * Rejects imports that are part of a cycle, imports of types included, which `import-x/no-cycle` ignores. The graph of all
 * files is built once for each run, from relative imports.
 *
 * @param root the repository
 * @param folders of it with sources
 */
export const noImportCycle = (root, folders) => {
  let components;
  return {
    meta: { type: 'problem', schema: [], messages: { cycle: 'part of an import cycle: {{files}}' } },
    create: (context) => {
      components ??= cyclesOf(importGraph(root, folders));
      const cycle = components.get(context.filename);
      if (!cycle) return {};
      const check = ({ source }) => {
        if (!source || !cycle.has(targetOf(context.filename, source.value, cycle))) return;
        const files = [...cycle].map((file) => relative(root, file)).join(', ');
        context.report({ node: source, messageId: 'cycle', data: { files } });
      };
      return {
        ImportDeclaration: check,
        ImportExpression: check,
        ExportAllDeclaration: check,
        ExportNamedDeclaration: check,
      };
    },
  };
};

/** For each file of the folders: the files that it imports. */
function importGraph(root, folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(root, folder, name)),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
      return [file, importedFiles.flatMap(({ fileName }) => targetOf(file, fileName, known) ?? [])];
    }),
  );
}

/** The file that a relative import means, if it is one of these. */
function targetOf(from, specifier, known) {
  if (typeof specifier !== 'string' || !specifier.startsWith('.')) return undefined;
  const path = resolve(dirname(from), specifier);
  return [path, `${path}.ts`, join(path, 'index.ts')].find((candidate) => known.has(candidate));
}

/** For each file in a cycle: all files that can be reached from it and lead back to it (Tarjan's algorithm). */
function cyclesOf(graph) {
  const cycles = new Map();
  const order = new Map();
  const lowest = new Map();
  const stack = [];
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    stack.push(file);
    for (const target of graph.get(file)) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file), lowest.get(target)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const members = new Set(stack.splice(stack.indexOf(file)));
    if (members.size === 1 && !graph.get(file).includes(file)) return;
    for (const member of members) cycles.set(member, members);
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return cycles;
}
