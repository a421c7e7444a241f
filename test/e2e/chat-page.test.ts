import { ChromiumPage, chromiumOnPath } from '../support/chromium';
import { eventually, gateway } from './gateway';

const program = chromiumOnPath();
const withChromium = program === undefined ? describe.skip : describe;
if (program === undefined)
  process.stderr.write('The chat page is not tested in a browser: install chromium to test it.\n');

withChromium('the chat page in a browser', () => {
  let page: ChromiumPage;
  const wait = <T>(what: string, expression: string): Promise<T> =>
    eventually(what, async () => page.evaluate<T | false>(expression));

  beforeAll(async () => {
    page = await ChromiumPage.open(program ?? '');
  });
  afterAll(async () => {
    await page.close();
  });

  it('answers "Calculate 5 + 3", with the call of the tool beside the answer, by keyboard alone', async () => {
    await page.show(1000, 800, 'light');
    await page.send('Page.navigate', { url: `${gateway.proxyUrl}/` });
    await wait('the models', "document.querySelectorAll('#model option').length > 0");
    expect(await page.evaluate('document.activeElement.id')).toBe('prompt');
    await page.type('Calculate 5 + 3');
    await page.press('Enter', '\r');
    await wait('text before the end', "document.querySelector('[aria-busy] .text')?.textContent.length > 0");
    await wait('the end', "document.querySelector('li.assistant:not([aria-busy]) .facts a') !== null");
    expect(await page.evaluate("document.querySelector('li.assistant .text').textContent")).toBe('5 + 3 = 8');
    expect(await page.evaluate("document.querySelector('.tool').textContent")).toMatch(
      /^add at py-calculator\{"a":5,"b":3\}8\d+ ms$/,
    );
    expect(await page.evaluate("document.querySelector('li.assistant > .facts').textContent")).toMatch(
      /^\d+ tokens in · \d+ tokens out · first token after \d+ ms · Trace$/,
    );
    expect(await page.evaluate('document.activeElement.id')).toBe('prompt');
  });

  it('shows what the gateway sends as text, never as markup', async () => {
    await page.type('Say <img src=x onerror="document.title=1"> to me');
    await page.press('Enter', '\r');
    await wait('the end', "document.querySelectorAll('li.assistant:not([aria-busy])').length === 2");
    expect(await page.evaluate("document.querySelectorAll('#transcript img').length")).toBe(0);
    expect(await page.evaluate('document.title')).toBe('Chat through the gateway');
  });

  it('shows the end of an answer above the field for the next message, on a phone', async () => {
    await page.show(390, 600, 'light');
    await page.type('Calculate 2 + 2');
    await page.press('Enter', '\r');
    await wait('the end', "document.querySelectorAll('li.assistant:not([aria-busy])').length === 3");
    const gap = `document.getElementById('form').getBoundingClientRect().top -
      document.querySelector('li.assistant:last-child').getBoundingClientRect().bottom`;
    await wait('the end in sight', `${gap} >= 0`);
  });

  it.each(['light', 'dark'] as const)('fits a phone, %s', async (scheme) => {
    await page.show(390, 800, scheme);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(scheme === 'light' ? 'rgb(246, 247, 249)' : 'rgb(20, 23, 28)');
  });

  it('stops an answer', async () => {
    await page.evaluate("document.getElementById('clear').click()");
    await page.type('Tell me something long');
    await page.press('Enter', '\r');
    await wait('text', "document.querySelector('[aria-busy] .text')?.textContent.length > 0");
    await page.press('Enter', '\r');
    await wait('the stop', "document.querySelector('.problem')?.textContent === 'Stopped.'");
  });

  it('leads to the trace of an answer', async () => {
    const link = await page.evaluate<string>("document.querySelector('a.trace').href");
    const response = await fetch(link);
    const [, traceId] = /redirects\/traces\/([0-9a-f]{32})$/.exec(link) ?? [];
    expect(response.url).toBe(`${gateway.proxyUrl}/phoenix/?filter=${traceId}`);
    expect(response.status).toBe(200);
  });

  it('complains of nothing', () => {
    expect(page.complaints).toEqual([]);
  });
});
