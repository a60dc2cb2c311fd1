import { randomUUID } from 'node:crypto';
import { connectDatabase, type Database } from '@isthmus/db';
import { createTestDatabase, type TestDatabase } from '@isthmus/testing';
import { nextDueInMs, outboxInsert, takeDue } from '.';

describe('the outbox', () => {
  let store: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    store = await createTestDatabase();
    database = await connectDatabase({ url: store.url, schema: 'network', entities: [], migrations: [] });
  });

  afterAll(async () => {
    await database.onApplicationShutdown();
    await store.drop();
  });

  it('has nothing due when it is empty, so that the relay sleeps', async () => {
    expect(await nextDueInMs(database, 'network')).toBeUndefined();
  });

  it('tells when the next row is due, and gives it out once, then', async () => {
    const id = randomUUID();
    await database.execute(outboxInsert(`'network'`, '$1::uuid', '60000'), [id]);
    expect(await nextDueInMs(database, 'network')).toBeGreaterThan(0);
    expect(await nextDueInMs(database, 'ipam')).toBeUndefined();
    expect(await takeDue(database, 'network', 10)).toEqual([]);
    await store.query('UPDATE ops.outbox SET available_at = now()');
    expect(await nextDueInMs(database, 'network')).toBe(0);
    expect(await takeDue(database, 'network', 10)).toEqual([{ id: expect.any(String), operationId: id }]);
    expect(await takeDue(database, 'network', 10)).toEqual([]);
  });
});
