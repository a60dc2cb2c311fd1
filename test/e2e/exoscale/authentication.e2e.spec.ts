import { randomUUID } from 'node:crypto';
import { startStack, type Stack } from '@isthmus/testing';
import { ExoscaleClient } from '../../fixtures/exoscale/exoscale-client';
import { signExo2 } from '../../fixtures/exoscale/sign';

describe('Exoscale authentication', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  const ask = async (authorization: string, path = '/v2/private-network', method = 'GET', body?: string) => {
    const headers = {
      ...(authorization ? { authorization } : {}),
      ...(body ? { 'content-type': 'application/json' } : {}),
    };
    const response = await fetch(stack.url + path, { method, headers, body });
    return [response.status, await response.json()];
  };
  const sign = (request: Partial<Parameters<typeof signExo2>[1]> = {}, expires?: number): string =>
    signExo2(stack.credentials, { method: 'GET', path: '/v2/private-network', ...request }, expires);
  const denied = [403, { message: expect.any(String) }];

  it('takes signatures, also over query arguments and bodies', async () => {
    expect(await ask(sign())).toEqual([200, expect.anything()]);
    const query = { 'manager-type': 'sks nodepool', 'ip-address': '1.2.3.4' };
    const authorization = sign({ path: '/v2/instance', query });
    expect(await ask(authorization, '/v2/instance?manager-type=sks+nodepool&ip-address=1.2.3.4')).toEqual([
      200,
      { instances: [] },
    ]);
    const body = '{ "name": "with spaces, and an é" }';
    expect(await ask(sign({ method: 'POST', body }), '/v2/private-network', 'POST', body)).toEqual([
      200,
      expect.anything(),
    ]);
  });

  it('refuses what was changed on the way', async () => {
    const body = '{"name":"a"}';
    const signed = sign({ method: 'POST', body });
    expect(await ask(signed, '/v2/private-network', 'POST', '{"name":"b"}')).toEqual(denied);
    expect(await ask(sign(), '/zone/ch-gva-2/v2/private-network')).toEqual(denied);
    expect(await ask(sign(), '/v2/private-network?name=x')).toEqual(denied);
    expect(await ask(sign({ query: { a: '1' } }), '/v2/private-network?a=2')).toEqual(denied);
  });

  it('refuses signatures that have expired or that another secret made', async () => {
    expect(await ask(sign({}, Math.floor(Date.now() / 1_000) - 1))).toEqual(denied);
    const request = { method: 'GET', path: '/v2/private-network' };
    expect(await ask(signExo2({ ...stack.credentials, secretKey: randomUUID() }, request))).toEqual(denied);
    expect(await ask(signExo2({ ...stack.credentials, accessKey: 'SCWUNKNOWNUNKNOWNUNK' }, request))).toEqual(denied);
    expect(await ask('')).toEqual(denied);
  });

  it('takes every other scheme too, and reads an operation whoever made it', async () => {
    const { accessKey, secretKey } = stack.credentials;
    const exoscale = await ExoscaleClient.inZone(stack, 'ch-gva-2');
    const { id } = await exoscale.settle('POST', '/private-network', { name: 'a' });
    const basic = `Basic ${Buffer.from(`${accessKey}:${secretKey}`).toString('base64')}`;
    for (const authorization of [basic, `Bearer ${secretKey}`, sign({ path: `/v2/operation/${id}` })]) {
      expect(await ask(authorization, `/v2/operation/${id}`)).toEqual([
        200,
        expect.objectContaining({ id, state: 'success' }),
      ]);
    }
    expect(await ask(sign({ path: `/v1/operations/${id}` }), `/v1/operations/${id}`)).toEqual([
      200,
      expect.objectContaining({ id, progressPercent: 100, steps: expect.any(Array) }),
    ]);
  });
});
