import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A bound of what a process may have, in memory and swap. */
export interface MemoryLimit {
  /** How the bound is kept. */
  readonly kind: string;
  /** Puts a process under it. */
  apply(pid: number): void;
  close(): void;
}

const ROOT = '/sys/fs/cgroup';

/**
 * Bounds the memory of processes by a control group, as a container's is: past it the kernel kills. Undefined where this
 * process may not make one.
 */
export function createMemoryLimit(name: string, bytes: number): MemoryLimit | undefined {
  const isUnified = existsSync(join(ROOT, 'cgroup.controllers'));
  const group = join(ROOT, isUnified ? '' : 'memory', name);
  try {
    mkdirSync(group);
    if (isUnified) {
      writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory');
      writeFileSync(join(group, 'memory.max'), String(bytes));
      writeFileSync(join(group, 'memory.swap.max'), '0');
    } else {
      writeFileSync(join(group, 'memory.limit_in_bytes'), String(bytes));
    }
  } catch {
    if (existsSync(group)) rmdirSync(group);
    return undefined;
  }
  return {
    kind: `control group v${isUnified ? 2 : 1}`,
    apply: (pid) => {
      writeFileSync(join(group, 'cgroup.procs'), String(pid));
    },
    close: () => {
      rmdirSync(group);
    },
  };
}
