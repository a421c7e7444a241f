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
  ])('goes by %s', (_what, prompt, names) => {
    const calls = callTools([weather, tool('sendMail')], prompt);
    expect(calls.map((call) => call.function.name)).toEqual(names);
  });

  it('makes no more than four calls', () => {
    const tools = Array.from({ length: 9 }, (_, index) => tool(`weather_${index}`));
    expect(callTools(tools, 'weather')).toHaveLength(4);
  });

  it('takes any schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (parameters, prompt) => {
        const [call] = callTools([{ function: { name: 'weather', parameters } }], `weather ${prompt}`);
        return typeof call?.function.arguments === 'object';
      }),
    );
  });
});
