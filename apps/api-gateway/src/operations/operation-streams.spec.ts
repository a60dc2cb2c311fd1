import type { Readable } from 'node:stream';
import { operationView } from '../views.fixture';
import type { OperationDetails } from './operation-details';
import { OperationStreams } from './operation-streams';
import type { OperationWatch } from './operation-watch';

describe('OperationStreams', () => {
  let tell: ((operation: OperationDetails) => void) | undefined;
  let streams: OperationStreams;

  beforeEach(() => {
    tell = undefined;
    const follow = (_id: string, listener: (operation: OperationDetails) => void) => {
      tell = listener;
      return () => (tell = undefined);
    };
    streams = new OperationStreams({ follow } as unknown as OperationWatch);
  });
  afterEach(() => streams.onModuleDestroy());

  const at = (changes: object): OperationDetails => ({ ...operationView(), ...changes }) as unknown as OperationDetails;
  const textOf = async (stream: Readable): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  };
  const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id as string);

  it('tells what changed, once, and ends with the end', async () => {
    const stream = streams.open(at({}), undefined) as Readable;
    for (const progressPercent of [0, 50, 50]) tell?.(at({ progressPercent }));
    tell?.(at({ state: 'success' }));
    const text = await textOf(stream);
    expect(text.match(/^event: .+$/gm)).toEqual([
      'event: progress',
      'event: progress',
      'event: progress',
      'event: end',
    ]);
    expect(new Set(idsIn(text)).size).toBe(4);
    expect(tell).toBeUndefined();
  });

  it('does not repeat what the client has got', async () => {
    const first = streams.open(at({ state: 'success' }), undefined) as Readable;
    const [lastId] = idsIn(await textOf(first));
    expect(streams.open(at({ state: 'success' }), lastId)).toBeUndefined();
    expect(idsIn(await textOf(streams.open(at({ state: 'failure' }), lastId) as Readable))).toHaveLength(1);
  });

  it('stops following when the client goes away', async () => {
    const stream = streams.open(at({}), undefined) as Readable;
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(tell).toBeUndefined();
  });

  it('tells a client that does not read only the end', async () => {
    const stream = streams.open(at({}), undefined) as Readable;
    for (let n = 0; n < 1_000; n++) tell?.(at({ progressPercent: n }));
    tell?.(at({ state: 'success' }));
    const text = await textOf(stream);
    expect(idsIn(text).length).toBeLessThan(500);
    expect(text.trimEnd().split('\n\n').at(-1)).toContain('event: end');
  });
});
