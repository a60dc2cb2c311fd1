import { Webhook } from 'standardwebhooks';
import { newSecret, signedHeaders } from './signature';

const message = (body = '{"type":"operation.succeeded","data":{"name":"Zoë ✓"}}') => ({
  id: '019a0000-0000-7000-8000-000000000001',
  sentAt: new Date(),
  body,
});

describe('a signature', () => {
  it('is verified by the stock library', () => {
    const secret = newSecret();
    const sent = message();
    expect(new Webhook(secret).verify(sent.body, signedHeaders(sent, [secret]))).toEqual(JSON.parse(sent.body));
  });

  it('equals the one that the stock library makes', () => {
    const sent = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      sentAt: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = signedHeaders(sent, [secret]);
    expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(sent.id, sent.sentAt, sent.body));
    // The example of the specification.
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is made by each secret, so that holders of either can verify it, and nobody else', () => {
    const [old, current] = [newSecret(), newSecret()];
    const sent = message();
    const headers = signedHeaders(sent, [current, old]);
    expect(headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/);
    for (const secret of [old, current]) expect(() => new Webhook(secret).verify(sent.body, headers)).not.toThrow();
    expect(() => new Webhook(newSecret()).verify(sent.body, headers)).toThrow('No matching signature');
  });

  it.each(['webhook-id', 'webhook-timestamp'])('covers %s', (header) => {
    const secret = newSecret();
    const sent = message();
    const headers = signedHeaders(sent, [secret]);
    const forged = { ...headers, [header]: header === 'webhook-id' ? 'other' : String(Number(headers[header]) + 1) };
    expect(() => new Webhook(secret).verify(sent.body, forged)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${sent.body} `, headers)).toThrow('No matching signature');
  });
});

describe('a secret', () => {
  it('is 32 bytes in base64 behind whsec_, another one each time', () => {
    const secrets = Array.from({ length: 10 }, newSecret);
    for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(new Set(secrets).size).toBe(10);
  });
});
