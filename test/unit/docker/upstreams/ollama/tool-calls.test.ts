import fc from 'fast-check';
import { callTools } from '../../../../../docker/upstreams/ollama/tool-calls';

const tool = (name: string, properties?: object): { function: { name: string; parameters: unknown } } => ({
  function: { name, parameters: properties && { type: 'object', properties } },
});
const weather = tool('get_weather', {
  city: { type: 'string' },
  days: { type: 'integer' },
  unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
});

describe('callTools', () => {
  it('fills the arguments from the prompt', () => {
    expect(callTools([weather], 'What is the weather in New York for 3 days in fahrenheit?')).toEqual([
      {
        id: expect.stringMatching(/^call_[0-9a-f]{8}$/) as string,
        function: { index: 0, name: 'get_weather', arguments: { city: 'New York', days: 3, unit: 'fahrenheit' } },
      },
    ]);
  });

  it.each([
    ['a telling word of the name', 'How is the WEATHER?', ['get_weather']],
    ['the whole name', 'use get_weather now', ['get_weather']],
    ['a word of a camel-cased name', 'send a mail, please', ['sendMail']],
    ['none of them', 'get me a list of things', []],
  ])('matches %s', (_what, prompt, names) => {
    const calls = callTools([weather, tool('sendMail')], prompt);
    expect(calls.map((call) => call.function.name)).toEqual(names);
  });

  describe('with a calculator', () => {
    const operands = { a: { type: 'number' }, b: { type: 'number' } };
    const four = ['add', 'subtract', 'multiply', 'divide'].map((name) => tool(name, operands));
    const one = (tools: Parameters<typeof callTools>[0], prompt: string) =>
      callTools(tools, prompt).map(({ function: { name, arguments: args } }) => [name, args]);

    it.each([
      ['Calculate 5 + 3', 'add', 5, 3],
      ['Calculate 5+3.', 'add', 5, 3],
      ['What is 8-3?', 'subtract', 8, 3],
      ['What is 8 - -3?', 'subtract', 8, -3],
      ['2.5 times 4 please', 'multiply', 2.5, 4],
      ['How much is 12 divided by 4?', 'divide', 12, 4],
      ['Add 7 and 9', 'add', 7, 9],
      ['the sum of 7 and 9', 'add', 7, 9],
    ])('%s: %s', (prompt, name, a, b) => {
      expect(one(four, prompt)).toEqual([[name, { a, b }]]);
    });

    it.each([
      'add',
      'calculator_add',
      'mcp__py-calculator__add',
      'py-calculator.add',
      'addNumbers',
      'sum',
      'calculate',
    ])('finds the tool %s', (name) => {
      expect(one([weather, tool(name, operands)], 'Calculate 5 + 3')).toEqual([[name, { a: 5, b: 3 }]]);
    });

    it('passes the operation to a tool for all operations', () => {
      const properties = {
        operation: { type: 'string', enum: ['multiply', 'add'] },
        x: { type: 'number' },
        y: { type: 'integer' },
      };
      expect(one([tool('calculate', properties)], 'Calculate 5 + 3')).toEqual([
        ['calculate', { operation: 'add', x: 5, y: 3 }],
      ]);
    });

    it('passes the expression to a tool that takes text', () => {
      expect(one([tool('calculator', { expression: { type: 'string' } })], 'What is 5 plus 3?')).toEqual([
        ['calculator', { expression: '5 + 3' }],
      ]);
    });

    it('calls nothing if no tool calculates', () => {
      expect(one([weather], 'Calculate 5 + 3')).toEqual([]);
    });
  });

  it('makes no more than four calls', () => {
    const tools = Array.from({ length: 9 }, (_, index) => tool(`weather_${index}`));
    expect(callTools(tools, 'weather')).toHaveLength(4);
  });

  it('accepts any schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (parameters, prompt) => {
        const [call] = callTools([{ function: { name: 'weather', parameters } }], `weather ${prompt}`);
        return typeof call?.function.arguments === 'object';
      }),
    );
  });
});
