import { randomUUID } from 'node:crypto';

const ALLOCATE = {
  name: 'allocate',
  text: `SELECT r.outcome, (r.made).id, host((r.made).address) AS address, (r.made).created_at
           FROM ipam.allocate($1, NULL, $2, $3, NULL, true, NULL, NULL, NULL, NULL, NULL, '{}', $4) r`,
};

/** The note that lets a release be undone refers to its request, so the bare client has to write that row, too. */
const RELEASE = {
  name: 'release',
  text: `WITH request AS (INSERT INTO ipam.inbox (request_id) VALUES ($3) RETURNING request_id)
         SELECT ipam.release($1, $2, request_id) AS outcome FROM request`,
};

/**
 * Books and releases through messaging, as another service would.
 *
 * @returns {{book: (subnetId: string) => Promise<string | null>, release: (addressId: string) => Promise<void>}}
 *   `book` answers the id of an address, or null when the subnet is exhausted
 */
export function bookerOnBus(bus, family) {
  return {
    book: async (subnetId) => {
      try {
        return (await bus.call('ipam', 'address.book', { subnetId, family, tags: [] })).id;
      } catch (error) {
        if (error.code === 'exhausted') return null;
        throw error;
      }
    },
    release: (addressId) => bus.call('ipam', 'address.release', { addressId }),
  };
}

/** The same through the gateway, as a client of the Scaleway dialect does. */
export function bookerOverHttp(client, family) {
  const path = '/ipam/v1/regions/fr-par/ips';
  return {
    book: async (subnetId) => {
      const body = { source: { subnet_id: subnetId }, is_ipv6: family === 6, tags: [] };
      return (await client.send('POST', path, body)).id;
    },
    release: (addressId) => client.send('DELETE', `${path}/${addressId}`),
  };
}

/** The same by the same SQL functions, without anything of ours between the caller and PostgreSQL. */
export function bookerOnDatabase(pool, projectId, family) {
  return {
    book: async (subnetId) => {
      const { rows } = await pool.query({ ...ALLOCATE, values: [projectId, subnetId, family, randomUUID()] });
      if (rows[0].outcome === 'exhausted') return null;
      if (rows[0].outcome !== 'allocated') throw new Error(`allocate answered ${rows[0].outcome}`);
      return rows[0].id;
    },
    release: async (addressId) => {
      const { rows } = await pool.query({ ...RELEASE, values: [projectId, addressId, randomUUID()] });
      if (rows[0].outcome !== 'released') throw new Error(`release answered ${rows[0].outcome}`);
    },
  };
}
