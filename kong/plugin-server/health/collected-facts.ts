import type { Dependency, HealthFacts } from '../../pdk';

/** The health facts of all plugins of a process. */
export class CollectedFacts implements HealthFacts {
  private readonly dependencies = new Set<Dependency>();
  private readonly counts = new Map<string, () => number>();

  dependOn(dependency: Dependency): () => void {
    this.dependencies.add(dependency);
    return () => {
      this.dependencies.delete(dependency);
    };
  }

  count(name: string, read: () => number): void {
    this.counts.set(name, read);
  }

  /** Whether each dependency can be used; of several with one name, all must be usable. */
  async readDependencies(): Promise<Record<string, boolean>> {
    const found: Record<string, boolean> = {};
    const answers = [...this.dependencies].map(async ({ name, isUp }) => [name, await isUp()] as const);
    for (const [name, isUp] of await Promise.all(answers)) found[name] = isUp && (found[name] ?? true);
    return found;
  }

  readCounts(): Record<string, number> {
    return Object.fromEntries([...this.counts].map(([name, read]) => [name, read()]));
  }
}
