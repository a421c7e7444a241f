import { LuaMachine, type LuaFunction } from '../../../../../kong/stand-in/lua/machine';
import { EXITED, LuaError, type LuaValue } from '../../../../../kong/stand-in/lua/value';
import { luaFunctions } from '../../../../../kong/stand-in/pdk/table';

interface TestRequest {
  readonly id: string;
  log(level: string, message: string): void;
}

const logged: string[] = [];
const request: TestRequest = { id: 'one', log: (level, message) => logged.push(`${level}: ${message}`) };
const other: TestRequest = { ...request, id: 'two' };
const answers = new Map<string, LuaFunction<TestRequest>>([
  ...[...luaFunctions.keys()].map((name): [string, LuaFunction<TestRequest>] => [name, () => undefined]),
  ['ngx.now', () => 12.5],
  ['ngx.encode_base64', (_request, [text]) => Buffer.from(text as string, 'latin1').toString('base64')],
  ['kong.request.get_raw_body', () => Promise.resolve(Buffer.from([0, 255, 10]))],
  ['kong.request.get_method', ({ id }) => id],
  ['kong.response.exit', () => EXITED],
  [
    'kong.request.get_path',
    () => {
      throw new LuaError('no path');
    },
  ],
]);

let lua: LuaMachine<TestRequest>;
beforeAll(async () => {
  lua = await LuaMachine.open(answers);
});
afterAll(() => {
  lua.shutDown();
});
beforeEach(() => {
  logged.length = 0;
  lua.open('one');
  lua.open('two');
});
afterEach(() => {
  lua.close('one');
  lua.close('two');
});

const run = async (source: string): Promise<unknown> =>
  lua.run(request, 'pre-function', lua.compile([source], 'access'));
const valueOf = async (expression: string): Promise<LuaValue> => {
  await run(`kong.ctx.shared.value = ${expression}`);
  return lua.getShared('one', 'value');
};

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('values', () => {
  it('keep every byte on the way in and out', async () => {
    lua.setShared('one', 'bytes', allBytes);
    expect(await valueOf('kong.ctx.shared.bytes')).toBe(allBytes.toString('latin1'));
    expect(await valueOf('#kong.ctx.shared.bytes')).toBe(256);
    expect(await valueOf('string.byte(kong.ctx.shared.bytes, 200)')).toBe(199);
  });

  it.each<[string, LuaValue]>([
    ['nil', undefined],
    ['true', true],
    ['1 / 2', 0.5],
    ['2^53', 2 ** 53],
    ['{ 1, "a", { x = false } }', [1, 'a', { x: false }]],
    ['{}', {}],
    ['{ a = {}, [1] = "list wins" }', ['list wins']],
    ['{ ["\\200"] = 1 }', { '\xc8': 1 }],
    ['function() end', undefined],
  ])('%s', async (expression, value) => {
    expect(await valueOf(expression)).toEqual(value);
  });

  it('end at a table that holds itself', async () => {
    await run('local t = {}; t.t = t; kong.ctx.shared.value = t');
    expect(lua.getShared('one', 'value')).toHaveProperty('t.t.t');
  });

  it('go in as tables', async () => {
    lua.setShared('one', 'mcp', { messages: [{ id: 1, name: 'add' }], batch: true });
    expect(await valueOf('kong.ctx.shared.mcp.messages[1].name')).toBe('add');
  });
});

describe('phases', () => {
  it('wait for what takes time, each request with its own context', async () => {
    const phase = lua.compile(
      [
        `local before = kong.request.get_method()
         kong.ctx.shared.body = kong.request.get_raw_body()
         kong.ctx.shared.same = before == kong.request.get_method()`,
      ],
      'access',
    );
    await Promise.all([lua.run(request, 'pre-function', phase), lua.run(other, 'pre-function', phase)]);
    for (const id of ['one', 'two']) {
      expect(lua.getShared(id, 'body')).toBe('\0\xff\n');
      expect(lua.getShared(id, 'same')).toBe(true);
    }
  });

  it('end where a snippet exits, even inside pcall', async () => {
    expect(await run('pcall(function() kong.response.exit(403) end) kong.ctx.shared.after = 1')).toBe(EXITED);
    expect(lua.getShared('one', 'after')).toBeUndefined();
  });

  it('throw what Lua raises, with its place', async () => {
    await expect(run('local x\nx.y = 1')).rejects.toThrow('access:2: attempt to index a nil value');
    await expect(run('\n\nkong.request.get_path()')).rejects.toThrow('access:3: no path');
    await expect(run('require "os"')).rejects.toThrow("require 'os' not allowed within sandbox");
  });

  it('let a snippet catch what a function raises', async () => {
    expect(await valueOf('select(2, pcall(kong.request.get_path))')).toContain('no path');
  });

  it('call a returned function from then on, and keep its upvalues', async () => {
    const phase = lua.compile(['local n = 0; return function() n = n + 1; kong.ctx.shared.n = n end'], 'access');
    for (let i = 0; i < 3; i++) await lua.run(request, 'pre-function', phase);
    expect(lua.getShared('one', 'n')).toBe(3);
  });

  it('do not wait where they may not', () => {
    const phase = lua.compile(['kong.request.get_raw_body()'], 'log');
    expect(() => lua.runNow(request, 'pre-function', phase)).toThrow(LuaError);
  });

  it.each(['io', 'os.execute', 'load', 'setmetatable', 'rawset', 'debug', 'package', 'string.dump'])(
    'have no %s',
    async (name) => {
      expect(await valueOf(`${name} == nil`)).toBe(true);
    },
  );

  it('protect the modules they share', async () => {
    await expect(run('string.x = 1')).rejects.toThrow('Protected by the sandbox');
  });

  it('know the names of Lua 5.1', async () => {
    expect(await valueOf('(unpack({ 7 }))')).toBe(7);
    expect(await valueOf('table.maxn({ 1, [9] = 1 })')).toBe(9);
    expect(await valueOf('math.pow(2, 3)')).toBe(8);
    expect(await valueOf('tostring(6 / 2)')).toBe('3');
  });

  it('log in one text', async () => {
    await run("kong.log.err('a ', 1, ' ', nil) kong.log('b') ngx.log(ngx.ERR, 'c')");
    expect(logged).toEqual(['err: a 1 nil', 'notice: b', 'err: c']);
  });

  it('keep plugin data apart', async () => {
    const phase = lua.compile(
      ['kong.ctx.plugin.n = (kong.ctx.plugin.n or 0) + 1; kong.ctx.shared.n = kong.ctx.plugin.n'],
      'x',
    );
    await lua.run(request, 'pre-function', phase);
    await lua.run(request, 'post-function', phase);
    expect(lua.getShared('one', 'n')).toBe(1);
  });
});

describe('body filters', () => {
  const filter = (source: string, chunk: Buffer, last = false) =>
    lua.filter(request, 'pre-function', lua.compile([source], 'body_filter'), chunk, last);

  it('see every byte and leave it', () => {
    expect(filter('kong.ctx.shared.seen = ngx.arg[1]', allBytes)).toEqual({ last: false });
    expect(lua.getShared('one', 'seen')).toBe(allBytes.toString('latin1'));
  });

  it('change bytes', () => {
    const { data } = filter('ngx.arg[1] = ngx.arg[1]:reverse()', allBytes);
    expect(data).toEqual(Buffer.from(allBytes).reverse());
  });

  it('drop a piece, and end the body', () => {
    expect(filter('ngx.arg[1] = nil; ngx.arg[2] = true', allBytes)).toEqual({ data: Buffer.alloc(0), last: true });
  });

  it('throw what they raise', () => {
    expect(() => filter('error("bad")', allBytes)).toThrow('body_filter:1: bad');
  });

  it('see the end', () => {
    filter('kong.ctx.shared.size = #ngx.arg[1]; kong.ctx.shared.last = ngx.arg[2]', Buffer.alloc(0), true);
    expect([lua.getShared('one', 'size'), lua.getShared('one', 'last')]).toEqual([0, true]);
  });
});

it('complains about what is not Lua, without running it', () => {
  expect(lua.check('local x = = 1')).toContain('unexpected symbol');
  expect(lua.check('error("never")')).toBeUndefined();
});

it('matches Lua patterns', () => {
  expect([lua.matches('abc', '^%a+$'), lua.matches('a1', '^%a+$')]).toEqual([true, false]);
  // As Lua 5.1 does, which Kong runs.
  expect(() => lua.matches('abc', '^[^\0]+$')).toThrow('malformed pattern');
});
