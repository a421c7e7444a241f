import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import type { Log } from '../../../kong/pdk';
import { MAX_LOCK_BYTES, readLock, type LockedServices } from './lock-file';

const TOO_LONG = { ok: false, problem: `is longer than ${MAX_LOCK_BYTES} bytes` } as const;

/** How often the file is looked at, in milliseconds. */
const CHECK_MS = 2000;

/**
 * A lock file that is read again when it changes. A file that cannot be used later leaves the pins as they are, and is logged
 * once for each state of the file.
 */
export class PinsFile {
  private services: LockedServices;
  private checkedAtMs: number;
  private lastState: string | undefined;
  private checking: Promise<void> | undefined;

  /** @throws Error that names the field, if the file cannot be used */
  constructor(
    private readonly path: string,
    private readonly log: Log,
    private readonly now: () => number,
    private readonly onChange: (services: LockedServices) => void,
  ) {
    this.services = this.readFirst();
    this.checkedAtMs = now();
  }

  get current(): LockedServices {
    return this.services;
  }

  /** Looks at the file if it is time to, without waiting for it. */
  refresh(): void {
    if (this.checking || this.now() - this.checkedAtMs < CHECK_MS) return;
    this.checkedAtMs = this.now();
    this.checking = this.check().finally(() => {
      this.checking = undefined;
    });
  }

  /** Resolves once the file is not being read. */
  async settled(): Promise<void> {
    await this.checking;
  }

  private readFirst(): LockedServices {
    let bytes: Buffer;
    try {
      bytes = readFileSync(this.path);
    } catch (error) {
      throw new Error(`tools.pins_file: cannot be read (${codeOf(error)}); create it with "pins write"`, {
        cause: error,
      });
    }
    const reading = readLock(bytes);
    if (!reading.ok) throw new Error(`tools.pins_file: ${reading.problem}`);
    return reading.services;
  }

  private async check(): Promise<void> {
    let state: string | undefined;
    try {
      const { mtimeMs, size, ino } = await stat(this.path);
      state = `${mtimeMs} ${size} ${ino}`;
      if (state === this.lastState) return;
      const reading = size > MAX_LOCK_BYTES ? TOO_LONG : readLock(await readFile(this.path));
      this.lastState = state;
      if (!reading.ok) {
        this.warn(reading.problem);
        return;
      }
      this.services = reading.services;
      this.onChange(reading.services);
    } catch (error) {
      const code = codeOf(error);
      if (this.lastState !== code) this.warn(`cannot be read (${code})`);
      this.lastState = code;
    }
  }

  private warn(problem: string): void {
    this.log.warn({ field: 'tools.pins_file', problem }, 'the pins file cannot be used; the pins stay as they were');
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'error';
}
