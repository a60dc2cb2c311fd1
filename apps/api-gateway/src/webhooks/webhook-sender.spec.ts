import type { EventView } from '../events/event.view';
import { SafeFetch, SendError } from './safe-fetch/safe-fetch';
import { newSecret } from './signature';
import { WebhookSender } from './webhook-sender';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the sender of webhooks', () => {
  const event = { id: '019ab3c4-6f1e-7d20-9d5c-2f7a5a0d3b11', type: 'webhook.ping' } as EventView;
  const post = jest.fn<ReturnType<SafeFetch['post']>, Parameters<SafeFetch['post']>>();
  const sender = new WebhookSender({ post } as unknown as SafeFetch);

  async function headersIn(traceparent: string | null): Promise<Record<string, string> | undefined> {
    post.mockResolvedValueOnce({ status: 204, retryAfter: undefined, body: Buffer.alloc(0) });
    await sender.send('https://hooks.example.org/', event, [newSecret()], traceparent);
    return post.mock.lastCall?.[1];
  }

  it('tells the receiver the trace of the attempt, where there is one', async () => {
    expect(await headersIn(TRACEPARENT)).toMatchObject({ 'webhook-id': event.id, traceparent: TRACEPARENT });
    expect(await headersIn(null)).not.toHaveProperty('traceparent');
  });

  it('answers in words why nothing came back, and throws what is a defect', async () => {
    const send = () => sender.send('https://hooks.example.org/', event, [newSecret()], null);
    post.mockRejectedValueOnce(new SendError('The connection was refused.'));
    expect(await send()).toMatchObject({ status: null, error: 'The connection was refused.' });
    post.mockRejectedValueOnce(new TypeError('broken'));
    await expect(send()).rejects.toThrow('broken');
  });
});
