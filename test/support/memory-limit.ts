import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A limit for the memory and swap of a process. */
export interface MemoryLimit {
  /** How the limit is enforced. */
  readonly kind: string;
  /** Applies the limit to a process. */
  apply(pid: number): void;
  close(): void;
}

const ROOT = '/sys/fs/cgroup';

/**
 * Limits the memory of processes with a control group, as for containers: the kernel kills a process above the limit.
 * Undefined if this process may not create one.
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
