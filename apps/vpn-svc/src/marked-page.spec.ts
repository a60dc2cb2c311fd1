import { checkedMarker } from './marked-page';

describe('the marker of a page', () => {
  it.each(['2026-11-20T09:42:25Z', '2026-11-20T09:42:25.1Z', '2024-02-29T23:59:59.123456Z'])('may be %s', (marker) => {
    expect(checkedMarker(marker)).toBe(marker);
  });

  it.each([
    '',
    '2',
    '2026-11-20',
    '2026-11-20T09:42:25',
    '2026-11-20T09:42:25.1234567Z',
    '2026-02-31T09:42:25Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T09:42:60Z',
    '0000-11-20T09:42:25Z',
    "2026-11-20T09:42:25Z' OR true",
  ])('may not be %j', (marker) => {
    expect(() => checkedMarker(marker)).toThrow(
      expect.objectContaining({ meta: { violations: [expect.objectContaining({ field: 'marker', rule: 'format' })] } }),
    );
  });
});
