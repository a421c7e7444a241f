import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The programs that are tried, in this order. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/** The headless Chromium of this machine; undefined if there is none. */
export const chromiumOnPath = (): string | undefined =>
  PROGRAMS.find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);

interface Reply {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** One page in a headless Chromium, by the Chrome DevTools Protocol over a pipe. */
export class ChromiumPage {
  /** Errors and warnings of the page's console, uncaught exceptions, and violations of its policy. */
  readonly complaints: string[] = [];
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private nextId = 1;
  private sessionId: string | undefined;
  private rest = '';

  private constructor(
    private readonly browser: ChildProcess,
    private readonly folder: string,
  ) {
    (browser.stdio[4] as Readable).on('data', (chunk: Buffer) => {
      this.receive(chunk.toString());
    });
  }

  /** Starts the browser with an empty page. */
  static async open(program: string): Promise<ChromiumPage> {
    const folder = mkdtempSync(join(tmpdir(), 'chromium-'));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-pipe'];
    const browser = spawn(program, [...flags, `--user-data-dir=${folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const page = new ChromiumPage(browser, folder);
    const { targetInfos } = await page.send('Target.getTargets');
    const [target] = (targetInfos as { targetId: string; type: string }[]).filter(({ type }) => type === 'page');
    const { sessionId } = await page.send('Target.attachToTarget', { targetId: target?.targetId, flatten: true });
    page.sessionId = String(sessionId);
    for (const domain of ['Page', 'Runtime', 'Log']) await page.send(`${domain}.enable`);
    return page;
  }

  /** Sends a command of the protocol. @throws Error with the browser's message */
  async send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = this.nextId++;
    const { sessionId } = this;
    const reply = await new Promise<Reply>((resolve) => {
      this.waiting.set(id, resolve);
      (this.browser.stdio[3] as Writable).write(
        `${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`,
      );
    });
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  /** Sets the size of the window in CSS pixels, and light or dark. */
  async show(width: number, height: number, scheme: 'light' | 'dark'): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 500 };
    await this.send('Emulation.setDeviceMetricsOverride', metrics);
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  /** Presses a key; `text` is what it types. */
  async press(key: string, text?: string): Promise<void> {
    const code = key.length === 1 ? key.toUpperCase().charCodeAt(0) : KEY_CODES[key];
    const event = { key, windowsVirtualKeyCode: code, ...(text !== undefined && { text }) };
    await this.send('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, windowsVirtualKeyCode: code });
  }

  /** Types text where the focus is. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  /** The page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.browser.once('exit', resolve));
    this.browser.kill('SIGKILL');
    await exited;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private receive(text: string): void {
    const messages = (this.rest + text).split('\0');
    this.rest = messages.pop() ?? '';
    for (const message of messages) this.take(JSON.parse(message) as Reply);
  }

  private take({ id, method, params, ...reply }: Reply): void {
    if (id !== undefined) {
      this.waiting.get(id)?.(reply);
      this.waiting.delete(id);
    } else if (method === 'Runtime.exceptionThrown' || (method === 'Log.entryAdded' && isProblem(params))) {
      this.complaints.push(JSON.stringify(params));
    } else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning'].includes(String(params?.['type']))) {
      this.complaints.push(JSON.stringify(params));
    }
  }
}

/** Chromium also logs recommendations. */
const isProblem = (params: Reply['params']): boolean => {
  const { level } = (params?.['entry'] ?? {}) as { level?: string };
  return level === 'error' || level === 'warning';
};

const KEY_CODES: Readonly<Record<string, number>> = { Enter: 13, Tab: 9 };
