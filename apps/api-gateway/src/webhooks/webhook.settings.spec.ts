import { Settings } from '@isthmus/settings';
import { parseDuration, readWebhookSettings } from './webhook.settings';

describe('durations', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['5s', 5_000],
    [' 30m ', 1_800_000],
    ['24h', 86_400_000],
    ['5d', 432_000_000],
  ])('%p is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5', '-5s', '1.5h', '5 s', 's', '25d', '99999999999h', '1w'])('%p is none', (text) => {
    expect(() => parseDuration(text)).toThrow('is no duration');
  });
});

describe('the settings of webhooks', () => {
  it('are those of the contract when nothing is said', () => {
    const { retryScheduleMs, timeoutMs, isHttpAllowed, allowedCidrs, endpointConcurrency } = readWebhookSettings(
      new Settings({}),
    );
    const [s, m, h] = [1_000, 60_000, 3_600_000];
    expect(retryScheduleMs).toEqual([0, 5 * s, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h]);
    expect({ timeoutMs, isHttpAllowed, allowedCidrs, endpointConcurrency }).toEqual({
      timeoutMs: 15_000,
      isHttpAllowed: false,
      allowedCidrs: [],
      endpointConcurrency: 4,
    });
  });

  it('name everything that is wrong with them', () => {
    const settings = new Settings({
      WEBHOOK_ALLOW_HTTP: 'yes',
      WEBHOOK_ALLOWED_CIDRS: '10.0.0.0/8,127.0.0.1/8',
      WEBHOOK_RETRY_SCHEDULE: '0,5',
      WEBHOOK_CONCURRENCY: '0',
    });
    readWebhookSettings(settings);
    expect(() => settings.check('api-gateway')).toThrow(
      /WEBHOOK_ALLOW_HTTP.*\n.*WEBHOOK_ALLOWED_CIDRS.*127\.0\.0\.0\/8.*\n.*WEBHOOK_RETRY_SCHEDULE.*"5".*\n.*WEBHOOK_CONCURRENCY/,
    );
  });
});
