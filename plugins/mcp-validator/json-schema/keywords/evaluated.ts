import type { Run } from './run';

/** The members and items of one value that some schema has evaluated (JSON Schema 2020-12, core 11 "unevaluated"). */
export class Evaluated {
  private readonly names = new Set<string>();
  private hasAllNames = false;
  private readonly items = new Set<number>();
  /** All items before this index are evaluated. */
  private itemCount = 0;

  addName(name: string): void {
    this.names.add(name);
  }

  addAllNames(): void {
    this.hasAllNames = true;
  }

  hasName(name: string): boolean {
    return this.hasAllNames || this.names.has(name);
  }

  addItem(index: number): void {
    this.items.add(index);
  }

  addItemsBefore(count: number): void {
    this.itemCount = Math.max(this.itemCount, count);
  }

  hasItem(index: number): boolean {
    return index < this.itemCount || this.items.has(index);
  }

  /** Adds what another schema evaluated in the same value. */
  addAll(other: Evaluated, run: Run): void {
    if (!run.spend((other.names.size + other.items.size) * 2)) return;
    for (const name of other.names) this.names.add(name);
    for (const item of other.items) this.items.add(item);
    this.hasAllNames ||= other.hasAllNames;
    this.addItemsBefore(other.itemCount);
  }
}
